"""Events: their list and pages, and confirming, cancelling and refreshing them."""
