import type { Asks } from "./guard.ts";

/** The right each route asks for; one that is not here says it itself (`config: { hqRight }`), or is not mounted. HEAD asks as GET does. */
const rights: Readonly<Record<string, Asks>> = {
	"GET /": "claim",
	"GET /healthz": "claim",
	// Load balancers show no token; the answer names no host and no person.
	"GET /readyz": "anyone",
	"POST /api/v1/claim": "claim",
	"POST /api/v1/sessions": "anyone",
	"GET /api/v1/sessions/current": "signed-in",
	"DELETE /api/v1/sessions/current": "signed-in",
	// The secret of the code is the right.
	"POST /api/v1/enrolments": "claim",
	"POST /api/v1/enrolments/confirm": "claim",
	"GET /metrics": "metrics.read",
	"GET /api/v1/users": "users.read",
	"POST /api/v1/users": "users.write",
	"DELETE /api/v1/users/:name": "users.write",
	"GET /api/v1/tokens": "users.read",
	"POST /api/v1/tokens": "users.write",
	"DELETE /api/v1/tokens/:name": "users.write",
	"GET /api/v1/audit": "audit.read",
	"GET /api/v1/alarms": "status.read",
	"POST /api/v1/alarms/:id/acknowledge": "alarms.acknowledge",
	"GET /api/v1/pushes": "pushes.read",
	"POST /api/v1/pushes": "pushes.write",
	"GET /api/v1/pushes/:id": "pushes.read",
	"POST /api/v1/pushes/:id/withdraw": "pushes.withdraw",
	"POST /api/v1/pushes/:id/end": "pushes.withdraw",
	"POST /api/v1/pushes/:id/release": "pushes.release",
	"POST /api/v1/pushes/:id/hold": "pushes.hold",
	"POST /api/v1/pushes/:id/resume": "pushes.hold",
	"GET /api/v1/guard-rails": "guard-rails.read",
	"PUT /api/v1/guard-rails": "guard-rails.write",
	"POST /api/v1/guard-rails/:proposal/approve": "guard-rails.approve",
	"GET /api/v1/matrix": "pushes.read",
	"GET /api/v1/stores": "stores.read",
	"POST /api/v1/stores": "stores.enroll",
	"GET /api/v1/stores/:store": "stores.read",
	"DELETE /api/v1/stores/:store/enrolment": "stores.fence",
	"POST /api/v1/stores/:store/incarnations": "stores.fence",
	"GET /api/v1/stores/:store/labels": "labels.read",
	"GET /api/v1/stores/:store/facts": "events.read",
	"GET /api/v1/stores/:store/dead-letters": "events.read",
	"GET /api/v1/stores/:store/quarantine": "quarantine.read",
	"GET /api/v1/stores/:store/forks": "quarantine.read",
	"GET /api/v1/stores/:store/stock/:sku": "stock.read",
	"POST /api/v1/stores/:store/stock/movements": "orders.write",
	"POST /api/v1/stores/:store/grants": "grants.write",
	"PUT /api/v1/stores/:store/settings/:name": "settings.write",
	"POST /api/v1/orders": "orders.write",
	"GET /api/v1/restorations": "restore.read",
	"POST /api/v1/broker-access": "stores.enroll",
};

export function rightOfRoute(method: string, url: string): Asks | undefined {
	return rights[`${method === "HEAD" ? "GET" : method} ${url}`];
}
