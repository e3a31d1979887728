"""The words that bylines and the names of persons are made of, in the languages of most archives."""

from nutgraf.models.words import word_set

PARTICLES = word_set("al bin da de del della der des di dos du el la le ten ter van vom von y zu")
"""Words of a name that begin with a small letter: "Anna van der Berg"."""

BY = "by|von|par|por|di|door|av|af"
"""The words before the names of authors, as alternatives of a pattern."""
