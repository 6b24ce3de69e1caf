from django.db import migrations, models

import demo.search


def fill_search(apps, schema_editor):
    Product = apps.get_model("demo", "Product")
    for product in Product.objects.using(schema_editor.connection.alias).iterator():
        product.save(update_fields=["search"])


class Migration(migrations.Migration):

    dependencies = [
        ("demo", "0001_first_shelves"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="search",
            field=demo.search.SearchText(default="", editable=False, max_length=800),
        ),
        migrations.RunPython(fill_search, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["active", "price", "id"], name="demo_product_by_price"),
        ),
    ]
