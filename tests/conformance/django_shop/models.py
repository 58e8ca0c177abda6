from django.db import models


class Person(models.Model):
    name = models.CharField(max_length=100)


class Pet(models.Model):
    owner = models.ForeignKey(Person, models.CASCADE)


class Book(models.Model):
    title = models.CharField(max_length=100)
    editor = models.ForeignKey(Person, models.CASCADE, null=True, related_name="edited")
    authors = models.ManyToManyField(Person)
