/* The C interface of a router in a shared library of its own.
 *
 * A library exports one function, switchyard_router(), which tells what the router is called, what
 * it wants to know, and its functions. It is loaded by a path in the place of a strategy's name:
 *
 *   switchyard compare SCENARIO.toml --router ./my_router.so:key=value
 *
 * A router is driven by calls only: it has no clock (every call carries virtual time) and draws
 * from the random numbers that it is given, so that the same scenario and seed give the same
 * report. Calls of one router come one at a time; several routers of a library may be called at
 * once, from several threads, so what they have in common must not change. No call may throw, call
 * exit(), or keep a pointer beyond its return unless it says so here: an exception and exit() are
 * errors that end the run without a report. A router runs in Switchyard's own process with its
 * user's rights: what crashes here crashes there, _exit() and an exception while the library is
 * being loaded or unloaded end it, and a call that does not return holds it up.
 *
 * Times are nanoseconds of virtual time from the start of the run, durations are nanoseconds. Nodes
 * are numbers from 0 in the cluster's order, which breaks ties. Texts are UTF-8 and end with a 0.
 *
 * Versions: a library and a Switchyard work together if their SWITCHYARD_ROUTER_ABI is the same.
 * Within one version a struct that begins with struct_size may grow at its end, and nothing else
 * changes. Whoever reads a field that is marked "since" compares struct_size first.
 */
#ifndef SWITCHYARD_ROUTER_H
#define SWITCHYARD_ROUTER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SWITCHYARD_ROUTER_ABI 1u

#define SWITCHYARD_NONE UINT32_MAX     /* no node, key or table */
#define SWITCHYARD_NEVER INT64_MAX     /* a time that does not come */
#define SWITCHYARD_UNKNOWN INT64_C(-1) /* a duration that can't be told */

/* What a router may want to know: flags of switchyard_plugin.signals. Each costs the run something;
 * what is not asked for is not told. */
enum {
  SWITCHYARD_OUTSTANDING = 1 << 0, /* switchyard_view.outstanding */
  SWITCHYARD_RESPONSES = 1 << 1,   /* on_dispatch and on_response */
  SWITCHYARD_SESSIONS = 1 << 2,    /* on_session_start and on_session_end */
  SWITCHYARD_TIMERS = 1 << 3,      /* next_timer and on_timer */
  SWITCHYARD_ORIGIN = 1 << 4,      /* switchyard_query.origin */
  SWITCHYARD_POSITIONS = 1 << 5,   /* positions in views, responses and answers; on_observation */
  SWITCHYARD_SERVER = 1 << 6,      /* switchyard_response.waiting and service_ns */
  SWITCHYARD_PROBES = 1 << 7       /* take_probes and on_probe, SWITCHYARD_PROBE */
};

/* The class of a statement. Control statements (BEGIN, COMMIT, SET …) are not placed, but a router
 * is told of those that went where it had placed their transaction. */
enum { SWITCHYARD_READ = 0, SWITCHYARD_WRITE = 1, SWITCHYARD_CONTROL = 2 };

enum { SWITCHYARD_PRIMARY = 0, SWITCHYARD_REPLICA = 1 };

/* What a router answers: switchyard_decision.kind. */
enum {
  SWITCHYARD_TO_NODE = 0,   /* send it to `node` */
  SWITCHYARD_NO_ANSWER = 1, /* leave it to the next router of the chain */
  SWITCHYARD_WAIT = 2,      /* ask again at `until_ns`, which lies in the future */
  SWITCHYARD_WAIT_FOR = 3,  /* send it to `node` when that has reached `awaited`; at `until_ns`,
                               which lies in the future, ask again. With SWITCHYARD_POSITIONS */
  SWITCHYARD_REJECT = 4,    /* turn it away at once; counted as rejected */
  SWITCHYARD_FAIL = 5,      /* the router itself failed; so does the query, counted as failed */
  SWITCHYARD_PROBE = 6      /* have it ask `node` by a probe; ask again when that answers, or at
                               `until_ns`, which lies in the future. With SWITCHYARD_PROBES */
};

/* Why: switchyard_decision.reason, which `switchyard explain` shows. With pin = session, what is
 * diverted as SWITCHYARD_STICKY, _CAUSAL or _LAGGING does not bind its session. */
enum {
  SWITCHYARD_PICKED = 0,        /* the router's own rule among the eligible nodes */
  SWITCHYARD_NEEDS_PRIMARY = 1, /* the rule sends this class to a primary */
  SWITCHYARD_NO_REPLICA = 2,    /* reads wanted a replica and there is none */
  SWITCHYARD_OBJECT_NODE = 3,   /* where its object is from */
  SWITCHYARD_DEFAULT = 4,       /* not routed: the node `default` */
  SWITCHYARD_LIMITED = 5,       /* rejected or postponed by the strategy */
  SWITCHYARD_PINNED = 6,        /* where its transaction or session is */
  SWITCHYARD_STICKY = 7,        /* to a primary because of an earlier write */
  SWITCHYARD_CAUSAL = 8,        /* where, or when, the position it needs has been reached */
  SWITCHYARD_LAGGING = 9        /* not to a node that is too far behind */
};

/* How a request ended: switchyard_response.status. */
enum {
  SWITCHYARD_OK = 0,
  SWITCHYARD_REFUSED = 1, /* a write sent to a replica */
  SWITCHYARD_QUEUE_FULL = 2,
  SWITCHYARD_TIMED_OUT = 3, /* the client gave up; the node may still be working on it */
  SWITCHYARD_DOWN = 4,      /* the node was down and refused the connection */
  SWITCHYARD_ERROR = 5,     /* the node answered with an error, and did nothing */
  SWITCHYARD_LOST = 6       /* the node stopped while it had it: the outcome is unknown */
};

/* A database as it was configured. Stands in an array, so it never grows. */
typedef struct switchyard_node {
  const char* name;
  uint32_t role;   /* SWITCHYARD_PRIMARY or SWITCHYARD_REPLICA, at the start */
  uint32_t zero;   /* not used */
  double weight;   /* from 0; 1 unless the scenario says otherwise */
  int64_t ping_ns; /* a monitor's round trip to it */
} switchyard_node;

/* What routers have noticed of a database: later than it is true, if the cluster says so. Stands in
 * an array, so it never grows. */
typedef struct switchyard_state {
  uint32_t is_up; /* 1: it answers */
  uint32_t role;
} switchyard_state;

/* A commit: its number, from 1, among those of the primary where it was made; 0: none. */
typedef struct switchyard_position {
  uint64_t number;
  uint32_t origin; /* node */
  uint32_t zero;   /* not used */
} switchyard_position;

enum {
  SWITCHYARD_INTEGER = 0,  /* from `min` to `max` */
  SWITCHYARD_NUMBER = 1,   /* from `lowest` to `highest` */
  SWITCHYARD_BOOLEAN = 2,  /* true or false */
  SWITCHYARD_CHOICE = 3,   /* one of `choices` */
  SWITCHYARD_DURATION = 4, /* "250ms"; from `min` to `max`, in nanoseconds */
  SWITCHYARD_TEXT = 5
};

/* A parameter that users may give. The value is checked before the router hears of it. */
typedef struct switchyard_parameter {
  const char* name;
  uint32_t type;             /* SWITCHYARD_INTEGER … */
  uint32_t choice_count;     /* SWITCHYARD_CHOICE */
  const char* default_value; /* as a user writes it */
  const char* help;          /* what it does; may be null */
  int64_t min;
  int64_t max; /* 0: no limit */
  double lowest;
  double highest;             /* 0, and lowest 0: no limits */
  const char* const* choices; /* so many as choice_count says, none null; where the array ends
                                 nobody can check */
} switchyard_parameter;

typedef struct switchyard_value {
  const char* text;
  int64_t integer; /* of an integer; a duration in nanoseconds; 0 or 1; the place of a choice */
  double number;   /* of a number */
} switchyard_value;

/* What a router is made from. All of it is valid as long as the router lives, but for the tables
 * and the place for an error. */
typedef struct switchyard_config {
  uint32_t struct_size;
  uint32_t node_count; /* at least 1 */
  const switchyard_node* nodes;
  uint32_t default_node; /* the node named `default` */
  uint32_t instances;    /* of the router, which share the sessions out; this one included */
  const switchyard_value* values; /* of the declared parameters, in their order */
  uint32_t value_count;
  uint32_t table_count;      /* that the recording names; may be 0, and is 0 in a check */
  const char* const* tables; /* their names, by number */
  uint64_t seed;             /* for a generator of the router's own; else: */
  void* random;              /* for the next two, during any call of this router */
  uint32_t (*random_u32)(void* random);
  /* Uniform on 0 … n-1; 0 for n = 0. */
  uint32_t (*random_below)(void* random, uint32_t n);
  char* error;       /* where create() says why it fails: a sentence, … */
  size_t error_size; /* … in so many bytes, the 0 at its end included */
} switchyard_config;

/* What a node answers to a probe, as of when that reached it. */
typedef struct switchyard_probe_answer {
  uint32_t struct_size;
  uint32_t node;
  int64_t now_ns;
  int64_t sent_ns;
  uint32_t is_up;         /* 0: it refused, and the rest means nothing */
  uint32_t in_flight;     /* requests that it had, waiting or in service */
  int64_t latency_ns;     /* median time that recent requests spent there which met about as many
                             on arrival; 0 if there were none yet */
  uint32_t reached_count; /* with SWITCHYARD_POSITIONS: how far it had come … */
  uint32_t zero;          /* not used */
  const switchyard_position* reached; /* … in each origin's commits */
} switchyard_probe_answer;

/* A read or a write to place. */
typedef struct switchyard_query {
  uint32_t struct_size;
  uint32_t kind;        /* SWITCHYARD_READ or SWITCHYARD_WRITE */
  uint32_t op;          /* the statement: 'r' read, 'l' locking read, 'w' write, 'd' DDL; 'b' begin
                           and others where a transaction is to be placed by it */
  uint32_t session;     /* from 0, in the order of their first requests in the recording */
  uint32_t key;         /* or SWITCHYARD_NONE */
  uint32_t table;       /* or SWITCHYARD_NONE */
  uint32_t transaction; /* 0: none; else the session's current one */
  uint32_t read_only_transaction; /* 1: that only reads */
  uint32_t origin;     /* with SWITCHYARD_ORIGIN, of a write, and of a recorded read that names an
                          object: the node that this was loaded from, or SWITCHYARD_NONE */
  uint32_t waited_out; /* 1: the router had it wait for a node's position or answer, too long */
  int64_t asked_ns;    /* when it came; before now if it had to wait */
  const switchyard_probe_answer* probe; /* of the node that the router had it ask; else null */
} switchyard_query;

/* What can be seen of the cluster. The functions take the view itself and a node; of a node that
 * there is not they return 0. */
typedef struct switchyard_view switchyard_view;
struct switchyard_view {
  uint32_t struct_size;
  uint32_t node_count;
  const void* host; /* Switchyard's own */
  const uint8_t*
      eligible; /* per node, whether reads may go there, as guards want it; null: to all */
  uint32_t needs_position; /* 1: that is, also, because the read needs a position */
  uint32_t zero;           /* not used */
  /* With SWITCHYARD_OUTSTANDING, else null: requests sent there by this router and not answered. */
  uint32_t (*outstanding)(const switchyard_view* view, uint32_t node);
  /* With SWITCHYARD_POSITIONS, else null; all as of the last observation.
   * 1 if the node has applied that commit and all before, */
  int (*reached)(const switchyard_view* view, uint32_t node, switchyard_position position);
  /* the number of commits that it lacks, */
  uint64_t (*missing)(const switchyard_view* view, uint32_t node);
  /* how long ago the first of these was made, 0 without any, or SWITCHYARD_UNKNOWN, */
  int64_t (*lag_ns)(const switchyard_view* view, uint32_t node);
  /* and when the latest commit was made that it has applied, 0 before the first. */
  int64_t (*last_write_ns)(const switchyard_view* view, uint32_t node);
};

/* A router's answer. It is SWITCHYARD_NO_ANSWER until the router fills it in. */
typedef struct switchyard_decision {
  uint32_t struct_size;
  uint32_t kind;   /* SWITCHYARD_TO_NODE … */
  uint32_t reason; /* SWITCHYARD_PICKED unless set */
  uint32_t node;
  int64_t until_ns;
  switchyard_position* awaited; /* room for one of each node … */
  uint32_t awaited_count;       /* … and how many the router has put there */
  uint32_t zero;                /* not used */
} switchyard_decision;

/* A request that was sent to a node; of a response, also its outcome. */
typedef struct switchyard_dispatch {
  uint32_t struct_size;
  uint32_t node;
  int64_t now_ns;
  uint32_t session;
  uint32_t key;
  uint32_t table;
  uint32_t kind; /* SWITCHYARD_READ … SWITCHYARD_CONTROL */
  uint32_t op;   /* as in switchyard_query */
  uint32_t transaction;
} switchyard_dispatch;

typedef struct switchyard_response {
  uint32_t struct_size;
  uint32_t node;
  int64_t now_ns;
  uint32_t session;
  uint32_t key;
  uint32_t table;
  uint32_t kind;
  uint32_t op;
  uint32_t transaction;
  uint32_t status;    /* SWITCHYARD_OK … */
  uint32_t waiting;   /* with SWITCHYARD_SERVER: requests that waited there at its end */
  int64_t latency_ns; /* since it was sent */
  int64_t service_ns; /* with SWITCHYARD_SERVER: the time it took without waiting */
  switchyard_position
      position; /* with SWITCHYARD_POSITIONS: what it committed; number 0: nothing */
} switchyard_response;

/* A router as its library describes it. Static: it lives as long as the library is loaded. A null
 * where it may not be is an error; that a pointer points where it should nobody can check. */
typedef struct switchyard_plugin {
  uint32_t abi;         /* SWITCHYARD_ROUTER_ABI */
  uint32_t struct_size; /* sizeof(switchyard_plugin) */
  const char* name;
  const char* summary; /* one line; may be null */
  uint32_t signals;    /* all that it may want: SWITCHYARD_OUTSTANDING | … */
  uint32_t parameter_count;
  const switchyard_parameter* parameters; /* so many; where the array ends nobody can check */

  /* These three must be there, the others may be null. create() returns the router, or null with a
   * sentence in config->error. destroy() is called once; if it throws, a run that has gone well
   * until then ends with that as its error, and where another error ended the run it is passed
   * over. */
  void* (*create)(const switchyard_config* config);
  void (*destroy)(void* router);
  void (*choose)(void* router, const switchyard_query* query, const switchyard_view* view,
                 int64_t now_ns, switchyard_decision* decision);

  /* Of `signals`, what this router wants with its parameters; null: all of them. */
  uint32_t (*signals_of)(const void* router);
  void (*on_dispatch)(void* router, const switchyard_dispatch* dispatch);
  void (*on_response)(void* router, const switchyard_response* response);
  /* Something has become of a node; states of all. At the start all are up, in their first roles.
   */
  void (*on_topology)(void* router, const switchyard_state* states, uint32_t count, int64_t now_ns);
  /* Positions have been looked at anew; not called where they are always as of now. */
  void (*on_observation)(void* router, const switchyard_view* view, int64_t now_ns);
  void (*on_session_start)(void* router, uint32_t session, int64_t now_ns);
  void (*on_session_end)(void* router, uint32_t session, int64_t now_ns);
  /* Puts nodes to send a probe to now into `nodes`, which has room for each node once, and returns
   * how many. Asked after choose() and on_timer(). */
  uint32_t (*take_probes)(void* router, uint32_t* nodes);
  void (*on_probe)(void* router, const switchyard_probe_answer* answer);
  /* When on_timer() is to be called, or SWITCHYARD_NEVER; asked after every other call. After
   * on_timer() it lies in the future. */
  int64_t (*next_timer)(const void* router);
  void (*on_timer)(void* router, const switchyard_view* view, int64_t now_ns);
} switchyard_plugin;

/* What a library exports. `abi` is Switchyard's own; a library made for another version returns
 * its description all the same, which is told apart by its first field, or null. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const switchyard_plugin*
switchyard_router(uint32_t abi);

#ifdef __cplusplus
}
#endif

#endif
