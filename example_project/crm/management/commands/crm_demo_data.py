"""``manage.py crm_demo_data``: something to look at."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from django_vyte.models import Team, ThirdPartyApp
from example_project.crm.models import Account, Project

PASSWORD = "demo"
CUSTOMERS = {
    "Globex": ("Bakery Street 5, London", "Website relaunch", ["Ada Byron", "Grace Murray"]),
    "Initech": ("12 rue de Rivoli, Paris", "Data warehouse", ["Alan Mathison", "Édith Clarke"]),
}


class Command(BaseCommand):
    help = (
        f"Users admin and emma (password {PASSWORD}), customers, projects, and the apps of the linked team."
    )

    def handle(self, **options):
        users = get_user_model().objects
        if not users.filter(username="admin").exists():
            users.create_superuser("admin", "admin@example.com", PASSWORD)
        if not users.filter(username="emma").exists():
            users.create_user("emma", "emma@example.com", PASSWORD, first_name="Emma", last_name="Stone")
        for name, (address, project, people) in CUSTOMERS.items():
            account, _ = Account.objects.get_or_create(name=name, defaults={"address": address})
            for person in people:
                email = f"{person.split()[0].lower().replace('é', 'e')}@{name.lower()}.example"
                account.people.get_or_create(email=email, defaults={"full_name": person})
            Project.objects.get_or_create(account=account, name=project)[0].people.set(account.people.all())
        for team in Team.objects.all():
            self.adopt_apps(team)

    def adopt_apps(self, team):
        """Take over the apps that the team has at Vyte: they sign links."""
        with team.client() as client:
            for app in client.third_parties.list():
                if app.get("organization") == team.vyte_id:
                    fields = {"secret": app["secret"], "name": app["name"], "team": team}
                    ThirdPartyApp.objects.update_or_create(app_id=app["_id"], defaults=fields)
