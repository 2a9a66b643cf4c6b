from django.contrib import admin

from example_project.crm.models import Account, Note, Person, Project


class PersonInline(admin.TabularInline):
    model = Person
    extra = 1


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):
    list_display = ["name", "address"]
    search_fields = ["name"]
    inlines = [PersonInline]


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ["name", "account"]
    list_filter = ["account"]
    search_fields = ["name"]
    filter_horizontal = ["people"]


@admin.register(Note)
class NoteAdmin(admin.ModelAdmin):
    list_display = ["text", "project", "created_at"]
    list_select_related = ["project"]
    readonly_fields = ["cause"]
