"""Hooks written as Python functions: what is sent, and that it runs."""
import inspect
import pathlib
import warnings

import harness
import setting

import miv
from miv import errors, get, hooks

OUTSIDE = 3


def before_run(cells):
    from neuron import h

    before_run.clamps = []
    for cell in cells.get("PYR", {}).values():
        clamp = h.IClamp(list(cell.soma_list)[0](0.5))
        clamp.delay, clamp.dur, clamp.amp = 0, 100, 2.0
        before_run.clamps.append(clamp)


def after_run(cells):
    print(OUTSIDE)


def at_lunch(cells):
    pass


class Sources(harness.TestCase):

    def test_the_file_holds_the_source_and_is_the_same_each_time(self):
        path = pathlib.Path(hooks.source_file(before_run))
        self.assertEqual(path.name, "before_run.py")
        self.assertTrue(path.read_text().endswith(inspect.getsource(before_run)))
        self.assertEqual(hooks.source_file(before_run), str(path))

    def test_a_function_inside_another_is_moved_to_the_margin(self):
        def after_cells(cells):
            return len(cells)

        names = {}
        exec(pathlib.Path(hooks.source_file(after_cells)).read_text(), names)
        self.assertEqual(names["after_cells"]({"A": {}}), 1)

    def test_what_cannot_run_by_itself_is_refused(self):
        for function, message in ((after_run, "the function uses OUTSIDE from outside"),
                                  (at_lunch, "the name of the function says when it runs"),
                                  (eval("lambda cells: 0"), "the name of the function")):
            with self.assertRaisesRegex(errors.Hook, message):
                hooks.source_file(function)

    def test_functions_switch_python_on(self):
        config = hooks.with_functions({"t_end": 1, "hooks": [before_run, {"file": "a.hoc"}]})
        self.assertIs(config["python"], True)
        self.assertEqual(config["hooks"][1], {"file": "a.hoc"})
        self.assertEqual(hooks.with_functions({"hooks": [{"file": "a.hoc"}]}), {"hooks": [{"file": "a.hoc"}]})


class Runs(setting.TestCase):

    def test_a_function_drives_cells_on_the_server(self):
        if not (harness.BIN / "libmiv_hook_python.so").exists():
            self.skipTest("the worker is built without libpython3-dev")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", miv.MivWarning)
            graph = setting.run_script("build_network.py", setting.SMALLER)["graph"]
        config = {**graph.files(), "templates": "simulation/templates", "mechanisms": "simulation/mechanisms", "t_end": 20}
        self.assertEqual(len(get("simulation", config, uses=graph).launch().spikes("PYR").t), 0)
        driven = get("simulation", {**config, "hooks": [before_run]}, uses=graph).launch()
        self.assertGreater(len(driven.spikes("PYR").t), 0)
        self.assertTrue(get("simulation", {**config, "hooks": [before_run]}, uses=graph).cached())


if __name__ == "__main__":
    harness.main()
