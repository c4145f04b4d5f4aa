import "graphiql/style.css";
import "./page.css";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { parse } from "graphql";
import { createClient } from "graphql-ws";
import JsonWorker from "monaco-editor/esm/vs/language/json/json.worker.js?worker";
import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker.js?worker";
import GraphqlWorker from "monaco-graphql/esm/graphql.worker.js?worker";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

const workers = { json: JsonWorker, graphql: GraphqlWorker };

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new (workers[label] ?? EditorWorker)(),
};

/** The page's own address, whatever name or proxy it was reached by. */
const url = new URL(location.pathname, location.href);
const socketUrl = new URL(url);
socketUrl.protocol = url.protocol === "https:" ? "wss:" : "ws:";

/** By the headers they are sent with: a socket says once, when it is opened, who asks. */
const senders = new Map();

/** What sends with these headers, over a socket in its first message: there they stand for the caller, since no page may give an upgrade headers. */
function senderFor(headers = {}) {
  const key = JSON.stringify(headers);
  let send = senders.get(key);
  if (send === undefined) {
    const wsClient = createClient({
      url: socketUrl.href,
      // Opened with the first subscription, closed after the last.
      lazy: true,
      retryAttempts: 5,
      // 4403: the token is refused, or has expired. It will not get better by itself.
      shouldRetry: (event) => event instanceof CloseEvent && event.code !== 4403,
      connectionParams: headers,
    });
    send = createGraphiQLFetcher({ url: url.href, wsClient });
    senders.clear();
    senders.set(key, send);
  }
  return send;
}

/**
 * GraphiQL goes on naming the operation of the tab before, and taking its document for the one to be sent, until its editor has settled: who
 * changes tabs and runs at once would run neither. What is sent is what the editor shows.
 */
function fetcher(params, options) {
  const send = senderFor(options?.headers);
  let document;
  try {
    document = parse(params.query);
  } catch {
    // The server says what is wrong with it.
    return send(params, options);
  }
  const names = document.definitions.flatMap(({ kind, name }) => (kind === "OperationDefinition" ? [name?.value] : []));
  const operationName = names.length === 1 ? names[0] : params.operationName;
  return send({ ...params, operationName }, { ...options, documentAST: document });
}

/** Documents that the server offers on the first visit; GraphiQL keeps its own tabs afterwards. */
async function fetchStarters() {
  const response = await fetch(new URL(/* @vite-ignore */ "starter.json", import.meta.url));
  return response.ok ? await response.json() : [];
}

const starters = await fetchStarters().catch(() => []);

createRoot(document.getElementById("root")).render(
  createElement(
    GraphiQL,
    {
      fetcher,
      defaultEditorToolsVisibility: false,
      // "# Welcome to GraphiQL" would hide what this server has to offer.
      ...(starters.length > 0 && { defaultTabs: starters }),
      inputValueDeprecation: true,
      schemaDescription: true,
    },
    createElement(GraphiQL.Logo, null, createElement("span", { className: "fleetgraph-logo" }, "fleetgraph")),
  ),
);
