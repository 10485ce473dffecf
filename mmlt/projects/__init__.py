"""From images of your own to lists and a config: what ``mmlt new`` does.

``source`` finds the images and their classes, ``scan`` looks into each,
``copies`` finds those that show the same, ``split`` deals them out,
``config_text`` writes the config, and ``project`` calls them in this order.
"""
