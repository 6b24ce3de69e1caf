from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0028_who_was_led_to_pay")]

    operations = [
        migrations.AddField(
            model_name="provideraccount",
            name="signing_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
