"""The database itself refuses to change the ledger."""

from django.db import migrations

from optimization.ledger import triggers


class Migration(migrations.Migration):
    dependencies = [("optimization", "0001_initial")]
    operations = [
        migrations.RunPython(lambda apps, editor: triggers.create(), lambda apps, editor: triggers.drop()),
    ]
