"""Why a file or a line cannot be read is kept as words with gaps, and what fills them."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0022_the_providers_books'),
    ]

    operations = [
        migrations.AddField(
            model_name='discrepancy',
            name='facts',
            field=models.JSONField(db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='settlementfile',
            name='why_facts',
            field=models.JSONField(db_default={}, default=dict, editable=False),
        ),
    ]
