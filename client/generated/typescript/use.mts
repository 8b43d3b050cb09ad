// Uses the generated types against a running daemon, whose URL is the argument: what does not fit does not compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./catalogizerd.js";

declare const process: { argv: string[] };

type Item = components["schemas"]["Item"];
type Work = components["schemas"]["Work"];

const server = process.argv[2] ?? "http://127.0.0.1:8780";
const api = createClient<paths>({ baseUrl: server });

function must<T>(answer: { data?: T; error?: unknown }): T {
	if (answer.data === undefined) {
		throw new Error(JSON.stringify(answer.error));
	}
	return answer.data;
}

// films without German subtitles, page by page
const films: Item[] = [];
for (let after: string | undefined; ; ) {
	const page = must(await api.GET("/api/v1/items", {
		params: { query: { kind: ["movie"], not_subtitles: ["de"], sort: "title", limit: 1, after } },
	}));
	films.push(...page.items);
	if (page.next === null) {
		break;
	}
	after = page.next;
}

// the whole catalog by the feed, whose entries op tells apart
const items = new Map<number, Item>(), works = new Map<number, Work>();
let cursor: string | undefined;
for (let more = true; more; ) {
	const page = must(await api.GET("/api/v1/changes", { params: { query: { works: true, since: cursor } } }));
	for (const change of page.changes) {
		switch (change.op) {
			case "upsert": items.set(change.id, change.item); break;
			case "delete": items.delete(change.id); break;
			case "work": works.set(change.id, change.work); break;
			case "delete_work": works.delete(change.id); break;
			default: change satisfies never;
		}
	}
	({ cursor, more } = page);
}

// a refusal is a problem, whose types are known
const { error, response } = await api.GET("/api/v1/items/{id}", { params: { path: { id: 9999 } } });
const problem: components["schemas"]["Problem"]["type"] | undefined = error?.type;

const status = must(await api.GET("/api/v1/status"));
console.log(JSON.stringify({
	films: films.map((film) => film.title), items: items.size, works: works.size, counted: status.counts.items,
	problem, status: response.status,
}));
