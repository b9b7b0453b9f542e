"""The one Graph client: session, what may be sent, errors, rate budget, paging, money. Everything HTTP ends here.

Only this folder imports Meta's SDK. `errors` says what must happen next, so nobody else looks at codes.
"""
