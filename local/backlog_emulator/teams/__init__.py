"""Teams of users, and the projects that they take part in."""
