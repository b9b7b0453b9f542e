from django.db import migrations, models


def name_the_level(apps, schema_editor):
    """Until now a target with an id was a campaign's."""
    apps.get_model("intelligence", "Target").objects.exclude(entity_id="").update(level="campaign")


def keep_campaigns(apps, schema_editor):
    """Backwards there is no room for targets of ad sets and ads."""
    apps.get_model("intelligence", "Target").objects.filter(level__in=["adset", "ad"]).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('intelligence', '0007_trust'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='target',
            name='one_target_per_campaign',
        ),
        migrations.RenameField(
            model_name='target',
            old_name='campaign_id',
            new_name='entity_id',
        ),
        migrations.AlterField(
            model_name='target',
            name='entity_id',
            field=models.CharField(blank=True, help_text='Its Meta id; empty = whole account.', max_length=32),
        ),
        migrations.AddField(
            model_name='target',
            name='level',
            field=models.CharField(blank=True, choices=[('campaign', 'Campaign'), ('adset', 'Ad set'), ('ad', 'Ad')], default='', help_text='Empty = whole account.', max_length=10),
            preserve_default=False,
        ),
        migrations.RunPython(name_the_level, keep_campaigns),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('account', 'level', 'entity_id'), name='one_target_per_entity'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entity_id', ''), ('level', '')), models.Q(models.Q(('level', ''), _negated=True), models.Q(('entity_id', ''), _negated=True)), _connector='OR'), name='target_of_account_or_entity'),
        ),
    ]
