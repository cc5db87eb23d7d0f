"""What a plain assembly on the order clock tells: its orders, and the numbers of results by their names.

Written from the catalogue of metrics, not from the core.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from plain_assembly_orders import Assembly, Customer
from plain_orders_draws import Json, added

Numbers: TypeAlias = dict[str, NDArray[np.float64]]
"""By name: one number per product or component."""


def row(one: Customer) -> Json:
    """An order as the ledger has it."""
    delivered = one.status == "delivered"
    waited = (one.left if np.isnan(one.started) else one.started) - one.ready
    return {
        "order": one.order.number,
        "class": one.order.kind,
        "variant": one.order.variant,
        "status": one.status,
        "arrival": one.order.arrival,
        "size": one.order.size,
        "quote": one.order.requested,
        "due": one.order.arrival + one.order.requested,
        "confirmed": one.order.arrival,
        "material": one.ready,
        "released": one.ready,
        "started": one.started,
        "finished": one.left if delivered else np.nan,
        "left": one.left,
        "waiting": 0.0 if np.isnan(waited) else max(waited, 0.0),
        "making": one.left - one.started if delivered else 0.0,
    }


def ratio(top: float, bottom: float) -> float:
    """As numbers are divided: 0/0 is none."""
    if bottom:
        return top / bottom
    return np.inf if top else np.nan


def duration(shop: Assembly) -> float:
    return shop.window[1] - shop.window[0]


def components(shop: Assembly) -> Numbers:
    """Of every component."""
    numbers = [c.number for c in shop.components]
    areas = {"on_hand": "free", "backorders": "needed"}
    areas |= {name: name for name in ("reserved", "in_assembly", "on_order", "on_order_squares")}
    rates = {"demand": "units", "orders": "releases", "order_quantity": "released"}
    shares = {"fill_rate": "units", "order_fill_rate": "orders"}
    told = {name: [shop.area[own, j] / duration(shop) for j in numbers] for name, own in areas.items()}
    told |= {name: [shop.count[own, j] / duration(shop) for j in numbers] for name, own in rates.items()}
    for name, own in shares.items():
        told[name] = [ratio(shop.count[f"{own}_at_once", j], shop.count[own, j]) for j in numbers]
    return {name: np.array(values) for name, values in told.items()}


def products(shop: Assembly) -> Numbers:
    """Of every product."""
    numbers = range(len(shop.products))
    counted = [[one for one in shop.customers if one.counted and one.order.variant == v] for v in numbers]
    delivered = [[one for one in own if one.status == "delivered"] for own in counted]
    areas = {
        "backorders": "undelivered",
        "orders_in_shop": "open",
        "waiting_for_components": "short",
        "finished_stock": "finished",
    }
    told = {name: [shop.area[own, v] / duration(shop) for v in numbers] for name, own in areas.items()}
    told["orders_arrived"] = [len(own) / duration(shop) for own in counted]
    told["demand"] = [added(one.order.size for one in own) / duration(shop) for own in counted]
    told["orders_delivered"] = [len(own) / duration(shop) for own in delivered]
    told["order_fill_rate"] = [ratio(sum(one.at_once for one in own), len(own)) for own in counted]
    told["kit_fill_rate"] = [ratio(shop.count["kits_at_once", v], shop.count["kits", v]) for v in numbers]
    told["lead_time"] = [ratio(added(one.left - one.order.arrival for one in d), len(d)) for d in delivered]
    told["material_time"] = [
        ratio(added(one.ready - one.order.arrival for one in d), len(d)) for d in delivered
    ]
    told["lost_share"] = [
        ratio(sum(one.status in ("rejected", "reneged") for one in own), len(own)) for own in counted
    ]
    return {name: np.array(values) for name, values in told.items()}


def fill_within(shop: Assembly) -> NDArray[np.float64]:
    """Over product and window; orders that the run does not follow for a window are left out of it."""
    told = np.full((len(shop.products), len(shop.model["windows"])), np.nan)
    for v, w in np.ndindex(told.shape):
        window = shop.model["windows"][w]
        own = [one for one in shop.customers if one.counted and one.order.variant == v]
        known = [one for one in own if one.order.arrival + window < shop.end]
        inside = [
            one for one in known if one.status == "delivered" and one.left - one.order.arrival <= window
        ]
        told[v, w] = ratio(len(inside), len(known))
    return told


def stations(shop: Assembly) -> Numbers:
    """Of the benches, if there is a number of them, and of every component that is made."""
    rows = []
    if "servers" in shop.model:
        done = shop.total["assembled"]
        rows.append((shop.model["servers"], shop.total["bench"], shop.total["queue"], done))
    for c in shop.components:
        if "production" in c.spec:
            j, servers = c.number, c.spec["production"]["servers"]
            rows.append((servers, shop.area["busy", j], shop.area["queued", j], shop.count["made", j]))
    time = duration(shop)
    return {
        "utilisation": np.array([busy / (servers * time) for servers, busy, _, _ in rows]),
        "queue": np.array([queue / time for _, _, queue, _ in rows]),
        "number": np.array([(busy + queue) / time for _, busy, queue, _ in rows]),
        "visits": np.array([made / time for *_, made in rows]),
    }


def classes(shop: Assembly) -> Numbers:
    """Of every customer class."""
    told: dict[str, list[float]] = {n: [] for n in ("lead_time", "waiting_time", "tardy_share", "lost_share")}
    for kind in range(len(shop.model["orders"].get("classes") or [])):
        own = [one for one in shop.customers if one.counted and one.order.kind == kind]
        done = [one for one in own if one.status == "delivered"]
        lead = [one.left - one.order.arrival for one in done]
        late = sum(x > one.order.requested for x, one in zip(lead, done, strict=True))
        told["lead_time"].append(ratio(added(lead), len(done)))
        told["waiting_time"].append(ratio(added(one.started - one.ready for one in done), len(done)))
        told["tardy_share"].append(ratio(late, len(done)))
        told["lost_share"].append(ratio(sum(one.status in ("rejected", "reneged") for one in own), len(own)))
    return {name: np.array(values) for name, values in told.items()}


def blame(shop: Assembly) -> NDArray[np.float64]:
    """Over component and product."""
    told = np.zeros((len(shop.components), len(shop.products)))
    for (j, v), area in shop.blame.items():
        told[j, v] = area / duration(shop)
    return told


def whole(shop: Assembly) -> dict[str, float]:
    """Of all together."""
    counted = [one for one in shop.customers if one.counted]
    done = [one for one in counted if one.status == "delivered"]
    lead = [one.left - one.order.arrival for one in done]
    late = [one.left - one.order.arrival - one.order.requested for one in done]
    closed = len([one for one in counted if one.status not in ("open", "rejected")])
    parts, ends = components(shop), products(shop)
    costs = [c.spec["costs"] for c in shop.components]
    held = parts["on_hand"] + parts["reserved"] + parts["in_assembly"]
    for product, units in zip(shop.products, ends["finished_stock"], strict=True):
        for j, n in product["usage"]:
            held[j] += n * units

    def status(*names: str) -> int:
        return sum(one.status in names for one in counted)

    def per_period(total: float) -> float:
        return total / duration(shop)

    def at_rate(name: str, amounts: NDArray[np.float64]) -> float:
        return added(cost[name] * x for cost, x in zip(costs, amounts, strict=True))

    servers, busy = 0.0, 0.0
    if "servers" in shop.model:
        servers, busy = shop.model["servers"], per_period(shop.total["bench"])
    for c in shop.components:
        if "production" in c.spec:
            servers += c.spec["production"]["servers"]
            busy += per_period(shop.area["busy", c.number])
    own = [p["costs"] for p in shop.products]
    units = added(one.order.size for one in counted)
    lost = added(
        shop.products[one.order.variant]["costs"]["lost"]
        for one in counted
        if one.status in ("rejected", "reneged")
    )
    shortage = added(
        shop.products[one.order.variant]["costs"]["shortage"] * (one.order.size - one.prompt)
        for one in counted
    )
    spent = {
        "customisation_cost": per_period(shop.total["customisation"]),
        "processing_cost": per_period(shop.total["assembly"]),
        "order_cost": at_rate("order", parts["orders"]) + at_rate("unit", parts["order_quantity"]),
        "holding_cost": at_rate("holding", held),
        "backorder_cost": added(c["backorder"] * x for c, x in zip(own, ends["backorders"], strict=True)),
        "lost_order_cost": per_period(shortage + lost),
    }
    cost = added(spent.values())
    return spent | {
        "orders_arrived": per_period(len(counted)),
        "demand": per_period(units),
        "orders_delivered": per_period(len(done)),
        "units_delivered": per_period(shop.total["delivered"]),
        "throughput": per_period(shop.total["completions"]),
        "rejected_share": ratio(status("rejected"), len(counted)),
        "reneged_share": ratio(status("reneged"), len(counted)),
        "lost_share": ratio(status("rejected", "reneged"), len(counted)),
        "n_censored": float(status("open")),
        "lead_time": ratio(added(lead), len(done)),
        "material_time": ratio(added(one.ready - one.order.arrival for one in done), len(done)),
        "waiting_time": ratio(added(one.started - one.ready for one in done), len(done)),
        "making_time": ratio(added(one.left - one.started for one in done), len(done)),
        "no_wait_share": ratio(sum(one.started <= one.order.arrival for one in done), len(done)),
        "quoted_lead_time": ratio(
            added(one.order.requested for one in counted if one.status != "rejected"),
            len(counted) - status("rejected"),
        ),
        "otif": ratio(sum(x <= 0 for x in late), closed),
        "tardy_share": ratio(sum(x > 0 for x in late), len(done)),
        "tardiness": ratio(added(max(x, 0.0) for x in late), len(done)),
        "tardiness_if_tardy": ratio(added(max(x, 0.0) for x in late), sum(x > 0 for x in late)),
        "earliness": ratio(added(max(-x, 0.0) for x in late), len(done)),
        "orders_in_shop": added(ends["orders_in_shop"]),
        "utilisation": ratio(busy, servers),
        "on_hand": added(parts["on_hand"]),
        "backorders": added(parts["backorders"]),
        "on_order": added(parts["on_order"]),
        "on_order_squares": per_period(shop.total["on_order_squares"]),
        "fill_rate": ratio(shop.total["filled"], units),
        "order_fill_rate": ratio(sum(one.at_once for one in counted), len(counted)),
        "unit_waiting_time": ratio(shop.total["unit_wait"], shop.total["delivered"]),
        "orders": added(parts["orders"]),
        "order_quantity": added(parts["order_quantity"]),
        "cost": cost,
        "revenue": per_period(shop.total["revenue"]),
        "profit": per_period(shop.total["revenue"]) - cost,
        "unit_cost": ratio(cost * duration(shop), shop.total["delivered"]),
        "wip_value": at_rate("unit", held),
    }
