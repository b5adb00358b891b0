"""The site map. Only this file and settings.py name every app."""

from allauth.account import views as account
from django.urls import include, path
from django.views.generic import RedirectView

from compliance import views

handler400 = "compliance.views.bad_request"
handler404 = "compliance.views.page_not_found"
handler500 = "compliance.views.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    # Log-in and log-out; sign-up is closed but its name is asked for
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", RedirectView.as_view(pattern_name="home"), name="account_signup"),
    path("password/", account.password_change, name="account_change_password"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("welcome/<str:uid>/<str:token>/", views.welcome, name="welcome"),
    # First start, sample clinic, help: reachable outside a clinic
    path("", include("checklist.urls.site")),
    # A person's clinics
    path("clinics/", views.clinics, name="clinics"),
    # One clinic: /c/<clinic code>/
    path("c/<slug:clinic_code>/", include("checklist.urls.clinic")),
    path("c/<slug:clinic_code>/", include("vendors.urls")),
    path("c/<slug:clinic_code>/clinic/", views.clinic, name="clinic"),
]
