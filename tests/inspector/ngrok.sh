#!/bin/sh
# What scripts written for ngrok's agent do, as its documentation shows it. API is http://127.0.0.1:4040 there.
set -eu

# The public URL of the first tunnel: the line that everybody has.
curl -s "$API/api/tunnels" | jq -r '.tunnels[0].public_url'

# What is captured.
curl -s "$API/api/requests/http?limit=1" | jq -r '.requests[0].request.method + " " + .requests[0].request.uri'
curl -s "$API/api/requests/http?limit=50&tunnel_name=$(curl -s "$API/api/tunnels" | jq -r '.tunnels[0].name')" |
    jq -r '.requests | length'
ID=$(curl -s "$API/api/requests/http" | jq -r '.requests[0].id')
curl -s "$API/api/requests/http/$ID" | jq -r '.response.status_code'
curl -s "$API/api/requests/http/$ID" | jq -r '.request.raw' | base64 -d | head -n 1 | tr -d '\r'
curl -s "$API/api/requests/http/$ID" | jq -r '.request.headers["Content-Type"][0]'

# Again.
curl -s -o /dev/null -w '%{http_code}\n' -X POST -H 'Content-Type: application/json' -d "{\"id\": \"$ID\"}" "$API/api/requests/http"
curl -s "$API/api/requests/http" | jq -r '.requests | length'

# Away with it.
curl -s -o /dev/null -w '%{http_code}\n' -X DELETE "$API/api/requests/http"
curl -s "$API/api/requests/http" | jq -r '.requests | length'

curl -s "$API/api/status" | jq -r '.status'
curl -s "$API/api/tunnels/command_line" | jq -r '.config.addr, .metrics.http.count, .proto'
