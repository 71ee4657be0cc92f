"""`firstbell doctor`: looks at a school's set-up, one numbered check after another, and changes nothing that stays."""
