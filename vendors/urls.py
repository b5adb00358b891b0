from django.urls import path

from vendors import views

# Below /c/<clinic code>/
urlpatterns = [
    # システムと事業者
    path("systems/", views.systems, name="systems"),
    path("systems/new/", views.new_system, name="new_system"),
    path("systems/<int:pk>/", views.system, name="system"),
    path("systems/<int:pk>/edit/", views.edit_system, name="edit_system"),
    path("systems/<int:pk>/remove/", views.remove_system, name="remove_system"),
    path("systems/<int:pk>/components/new/", views.new_component, name="new_component"),
    path("components/<int:pk>/edit/", views.edit_component, name="edit_component"),
    path("components/<int:pk>/remove/", views.remove_component, name="remove_component"),
    path("vendors/<int:pk>/", views.vendor, name="vendor"),
]
