"""One page a task, `reports/<task>/index.html`: all that is known of it, for a person to read.

The page is made of what the stages and the task's parts wrote, by `convoy run` when its stages are
done and by `convoy page`. It is no output of DVC: times and memory are never the same twice. It
asks for nothing from anywhere: style and pictures are in the file, and there are no scripts.
"""
