"""What a local Vyte holds and does, apart from the server in front of it; imports nothing from api, web or control."""
