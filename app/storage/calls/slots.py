"""The statements that take a place for a call and give it back: one each on the usual way."""

from sqlalchemy import text

WANTED = """
wanted AS (
    SELECT t.budget, t.rank, t.per_day, b.slots, b.rest_seconds
    FROM unnest(CAST(:budgets AS text[]), CAST(:ranks AS int[]), CAST(:limits AS int[])) AS t(budget, rank, per_day)
    JOIN call_budgets b USING (budget)
)"""

SPENT = """
    (SELECT coalesce(sum(c.calls), 0) FROM call_counts c
     WHERE c.budget = w.budget AND c.method = :method AND c.began_at > :window AND w.per_day IS NOT NULL)"""

STANDS = "(k.until IS NULL OR k.until > :now OR coalesce(k.probed_until > clock_timestamp(), false))"

TAKE = text(f"""
WITH {WANTED}, open AS (
    SELECT w.*, w.per_day - {SPENT} AS remaining FROM wanted w WHERE :checking OR NOT EXISTS (
        SELECT FROM call_blocks k WHERE k.budget IN (w.budget, :network) AND k.method IN ('', :method) AND {STANDS})
), usable AS (
    SELECT o.*, min(o.rank) OVER () AS best, (SELECT max(s.free_at) FROM call_slots s WHERE s.budget = o.budget) AS last_used
    FROM open o WHERE o.remaining IS NULL OR o.remaining > 0
), taken AS (
    UPDATE call_slots SET free_at = clock_timestamp() + :longest, holder = :holder WHERE (budget, slot) = (
        SELECT s.budget, s.slot FROM usable u
        JOIN call_slots s ON s.budget = u.budget AND s.slot < u.slots AND s.free_at <= clock_timestamp()
        WHERE u.rank = u.best ORDER BY u.remaining DESC, u.last_used, s.free_at LIMIT 1 FOR UPDATE OF s SKIP LOCKED)
    RETURNING budget, slot
), probing AS (
    UPDATE call_blocks k SET probed_until = clock_timestamp() + :longest FROM taken t
    WHERE k.budget IN (t.budget, :network) AND k.method IN ('', :method) AND NOT {STANDS}
    RETURNING k.method
), counted AS (
    INSERT INTO call_counts (budget, method, began_at, calls) SELECT budget, :method, :step, 1 FROM taken
    ON CONFLICT (budget, method, began_at) DO UPDATE SET calls = call_counts.calls + 1
    WHERE (SELECT w.per_day IS NULL OR call_counts.calls + (
        SELECT coalesce(sum(c.calls), 0) FROM call_counts c
        WHERE c.budget = w.budget AND c.method = :method AND c.began_at > :window AND c.began_at <> :step) < w.per_day
        FROM wanted w WHERE w.budget = call_counts.budget)
    RETURNING calls
)
SELECT t.budget, t.slot, (SELECT count(*) FROM counted) AS counted, (SELECT count(*) FROM probing) AS probing,
    (SELECT count(*) FROM call_blocks k WHERE k.budget IN (t.budget, :network) AND k.method IN ('', :method)) AS blocks
FROM taken t
""")
"""Takes a free slot of the usable credential with most calls left, counts the call, and claims the probe of what was closed.

The look at what is left is a snapshot; the count's own condition is judged on the row as it is when it is locked, so that
racing workers never spend more than the day has. `counted` and `probing` say whether the race was won.
"""

STANDING = text(f"""
WITH {WANTED}
SELECT w.rank, w.per_day AS limit_per_day, w.per_day - {SPENT} AS remaining, k.reason, k.until, k.error,
    (SELECT min(c.began_at) FROM call_counts c WHERE c.budget = w.budget AND c.method = :method AND c.began_at > :window) AS oldest,
    (SELECT min(CASE WHEN s.holder IS NULL THEN left_over ELSE least(left_over, w.rest_seconds) END) FROM call_slots s,
        LATERAL (SELECT extract(epoch FROM s.free_at - clock_timestamp()) AS left_over) l
     WHERE s.budget = w.budget AND s.slot < w.slots) AS wait
FROM wanted w LEFT JOIN LATERAL (
    SELECT k.reason, k.until, k.error FROM call_blocks k
    WHERE k.budget IN (w.budget, :network) AND k.method IN ('', :method) AND {STANDS}
    ORDER BY k.until IS NULL DESC, k.until DESC LIMIT 1) k ON true
""")
"""What stands against each credential, and when its next slot may be free: one that is held now not before it has rested."""

LEAVE = text(
    "UPDATE call_slots s SET free_at = clock_timestamp() + make_interval(secs => b.rest_seconds), holder = NULL FROM call_budgets b"
    " WHERE s.budget = :budget AND s.slot = :slot AND s.holder = :holder AND b.budget = s.budget"
)

GIVE_BACK = text(
    "UPDATE call_slots SET free_at = clock_timestamp(), holder = NULL WHERE budget = :budget AND slot = :slot AND holder = :holder"
)
"""For a place that no call was made from."""
