"""Fetches articles from the web: addresses of articles, feeds and sitemaps in, articles and reasons out.

`crawl` joins the parts: `client` makes the requests, `hosts` says which addresses may be asked, `robots`
reads robots.txt, and `listing` what feeds (`feeds`) and sitemaps (`sitemaps`) list, in a worker process.
Nothing is fetched unless somebody names an address.
"""
