"""Data sets, evaluation, figures with error bars, reports. Read in this order:

sets.py, data.py            which benchmarks there are, and how a name or a file becomes problems
results.py, evaluate.py     one evaluated sample; the loop that scores, writes down and resumes
generate.py, recorded.py    where completions come from: a model, or a file
metrics.py, voting.py, intervals.py, summary.py    pass@k, maj@k, their error bars, and all of it for one run
charts.py, report.py        the page
"""
