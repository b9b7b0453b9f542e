"""The rows are in the blocks (0005)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("intelligence", "0005_pack_hours")]
    operations = [migrations.DeleteModel(name="Snapshot")]
