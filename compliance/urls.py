"""The site map. Only this file and settings.py name every app."""

from allauth.account import views as account
from django.urls import include, path
from django.views.generic import RedirectView

from compliance import files_views as files
from compliance import health, views
from compliance import people_views as people

handler400 = "compliance.views.bad_request"
handler404 = "compliance.views.page_not_found"
handler500 = "compliance.views.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    # For probes, without a session (health.Probes answers first)
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Log-in and log-out; sign-up is closed but its name is asked for
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", RedirectView.as_view(pattern_name="home"), name="account_signup"),
    path("password/", account.password_change, name="account_change_password"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("welcome/<str:uid>/<str:token>/", views.welcome, name="welcome"),
    path("invitations/<str:token>/", people.invitation, name="invitation"),
    path("account/", people.account, name="account"),
    path("account/reminders/", people.reminders, name="reminders"),
    path("account/sessions/end/", people.end_own_sessions, name="end_own_sessions"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    # A vendor's link: no account
    path("", include("vendors.urls.public")),
    # First start, sample clinic, help: reachable outside a clinic
    path("", include("checklist.urls.site")),
    # A person's clinics
    path("clinics/", views.clinics, name="clinics"),
    # One clinic: /c/<clinic code>/
    path("c/<slug:clinic_code>/", include("checklist.urls.clinic")),
    path("c/<slug:clinic_code>/", include("vendors.urls.clinic")),
    path("c/<slug:clinic_code>/clinic/", views.clinic, name="clinic"),
    path("c/<slug:clinic_code>/people/", include("compliance.people_urls")),
    path("c/<slug:clinic_code>/files/", files.files, name="files"),
    path("c/<slug:clinic_code>/files/<int:pk>/", views.file, name="file"),
    path("c/<slug:clinic_code>/files/<int:pk>/remove/", files.remove_file, name="remove_file"),
]
