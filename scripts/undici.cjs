// What src/transport/connections.ts takes of undici, and none of its fetch, caches and mocks: to make all of them ready takes a start 25 ms.
const Dispatcher = require("undici/lib/dispatcher/dispatcher.js");
const api = require("undici/lib/api/index.js");

// As undici's own index does.
Object.assign(Dispatcher.prototype, api);

exports.Client = require("undici/lib/dispatcher/client.js");
exports.ProxyAgent = require("undici/lib/dispatcher/proxy-agent.js");
exports.Socks5ProxyAgent = require("undici/lib/dispatcher/socks5-proxy-agent.js");
exports.buildConnector = require("undici/lib/core/connect.js");
