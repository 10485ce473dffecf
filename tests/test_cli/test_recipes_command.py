"""The list of recipes: every method has a line, and images of one's own."""

from mmlt.cli.main import main


def test_a_method_without_recipes_says_so(capsys):
    main(['recipes', 'drs'])
    said = capsys.readouterr().out
    assert '\n  (no recipe of its own: see the overlays)\n' in said
    assert 'images of your own' not in said


def test_recipes_for_images_of_your_own_are_marked(capsys):
    main(['recipes', 'bsce'])
    said = capsys.readouterr().out
    assert '\nThose that end in resnet18_images are for images of your' in said
    main(['recipes'])
    assert '\n\n  ' not in capsys.readouterr().out


def test_a_method_that_is_an_overlay_too_says_so(capsys):
    main(['recipes', 'cdt', 'ce'])
    cdt, ce = capsys.readouterr().out.split('ce: ')[:2]
    assert '--with cdt: CDT (class-dependent temperatures)' in cdt
    assert '--with' not in ce
