from django.urls import path

from compliance import people_views as views

# Below /c/<clinic code>/people/
urlpatterns = [
    path("", views.people, name="people"),
    path("second-factor/", views.require_second_factor, name="require_second_factor"),
    path("invitations/<int:pk>/revoke/", views.revoke_invitation, name="revoke_invitation"),
    path("<int:pk>/", views.person, name="person"),
    path("<int:pk>/remove/", views.remove_person, name="remove_person"),
    path("<int:pk>/sessions/end/", views.end_sessions, name="end_sessions"),
    path("<int:pk>/password/", views.reset_link, name="reset_link"),
]
