'use strict'
// A peer: users on Fastify and better-sqlite3, two processes, response schemas for fast serialisation. DATABASE=file PORT=number
const cluster = require('node:cluster')

if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.SCHED_RR
  for (let i = 0; i < 2; i++) cluster.fork()
  process.on('SIGTERM', () => { for (const worker of Object.values(cluster.workers)) worker.kill(); process.exit(0) })
} else {
  const app = require('fastify')({ logger: false })
  const db = require('better-sqlite3')(process.env.DATABASE, { timeout: 5000 })
  db.pragma('journal_mode = WAL'); db.pragma('synchronous = NORMAL')
  const text = { type: 'string' }, maybe = { type: 'string', nullable: true }, flag = { type: 'boolean' }
  const free = { type: 'object', additionalProperties: true }
  const user = { type: 'object', properties: { user_id: text, email: text, username: text, full_name: maybe, auth_provider: text, is_active: flag,
    is_verified: flag, roles: { type: 'array', items: text }, avatar_url: maybe, bio: maybe, timezone: maybe, locale: maybe, preferences: free,
    settings: free, created_at: text, updated_at: text, last_login: maybe, default_workspace_id: text } }
  const page = { type: 'object', properties: { total: { type: 'integer' }, has_more: flag, next_cursor: maybe, users: { type: 'array', items: user } } }
  const columns = `seq, id AS user_id, email, username, full_name, auth_provider, is_active, is_verified, roles, avatar_url, bio, timezone, locale,
    preferences, settings, created_at, updated_at, last_login, default_workspace_id`
  const one = db.prepare(`SELECT ${columns} FROM users WHERE id = ?`)
  const list = db.prepare(`SELECT ${columns} FROM users WHERE default_workspace_id = ? AND seq > ? ORDER BY seq LIMIT ?`)
  const total = db.prepare('SELECT users FROM totals WHERE workspace_id = ?')
  const shown = (row) => {
    for (const name of ['roles', 'preferences', 'settings']) row[name] = JSON.parse(row[name])
    for (const name of ['is_active', 'is_verified']) row[name] = row[name] === 1
    return row
  }
  app.get('/v1/users/:id', { schema: { response: { 200: user } } }, async (request, reply) => {
    const row = one.get(request.params.id)
    return row ? shown(row) : reply.code(404).send()
  })
  const query = { type: 'object', required: ['workspace_id'], properties: { workspace_id: text, cursor: { type: 'integer', default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 } } }
  app.get('/v1/users', { schema: { response: { 200: page }, querystring: query } }, async (request) => {
    const { workspace_id: workspace, cursor, limit } = request.query
    const rows = list.all(workspace, cursor, limit + 1)
    const more = rows.length > limit
    if (more) rows.pop()
    return { total: total.get(workspace)?.users ?? 0, has_more: more, next_cursor: more ? String(rows[limit - 1].seq) : null, users: rows.map(shown) }
  })
  app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' }).catch((error) => { console.error(error); process.exit(1) })
}
