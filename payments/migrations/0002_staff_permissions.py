from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='payment',
            options={'permissions': [('refund_payment', 'Can refund a payment')], 'verbose_name': 'payment', 'verbose_name_plural': 'payments'},
        ),
        migrations.AlterModelOptions(
            name='inboxevent',
            options={'permissions': [('view_webhook_body', 'Can see the body of a webhook event')], 'verbose_name': 'webhook event', 'verbose_name_plural': 'webhook events'},
        ),
        migrations.AlterModelOptions(
            name='review',
            options={'permissions': [('resolve_review', 'Can mark a review as resolved')], 'verbose_name': 'review', 'verbose_name_plural': 'reviews'},
        ),
    ]
