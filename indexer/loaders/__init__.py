"""Reads files into articles, and gives a reason for each document that does not become an article.

Everything that is read is untrusted: `formats.load` never raises for content, whatever the bytes are. This
package imports none of its modules: asking an archive takes values of `base`, and does not wait for parsers.
"""
