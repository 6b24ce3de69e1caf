from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0002_staff_permissions'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='providerobject',
            index=models.Index(fields=['object_id'], name='provider_object_by_id'),
        ),
    ]
