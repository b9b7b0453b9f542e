from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('optimization', '0015_run_waits_for_a_worker'),
    ]

    operations = [
        migrations.AddField(
            model_name='emergencystop',
            name='suspended',
            field=models.ManyToManyField(blank=True, editable=False, help_text='Rules that cover other accounts too: they propose nothing in this one until a person lets them.', related_name='suspended_by', to='optimization.rule'),
        ),
    ]
