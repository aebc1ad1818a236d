using System.Text.Json.Nodes;
using Notify.Hosting.Problems;

namespace Notify.Hosting.OpenApi;

/// <summary>Creates the error responses of operations. Each lists the codes that it may have.</summary>
internal sealed class ApiProblems(SchemaSet schemas)
{
    private static readonly string[] KeyCodes =
    [
        ProblemCodes.TenantRequired,
        ProblemCodes.Unauthorized,
        ProblemCodes.NotAMember,
        ProblemCodes.LocalCallsOnly,
        ProblemCodes.CrossOrigin,
        ProblemCodes.TooManyFailedCalls,
        ProblemCodes.IssuerUnavailable,
        ProblemCodes.TooManyCalls,
    ];

    private static readonly string[] BodyCodes =
    [
        ProblemCodes.UnreadableRequest,
        ProblemCodes.BodyTooSlow,
        ProblemCodes.BodyTooLarge,
        ProblemCodes.UnsupportedContentEncoding,
        ProblemCodes.TooBusy,
    ];

    private static readonly string[] JsonCodes =
    [
        ProblemCodes.InvalidJson,
        ProblemCodes.InvalidEncoding,
        ProblemCodes.ByteOrderMark,
        ProblemCodes.NestedTooDeeply,
        ProblemCodes.UnsupportedMediaType,
    ];

    /// <summary>Any call may go through a gateway.</summary>
    private static readonly string[] GatewayCodes =
    [
        ProblemCodes.UpstreamFailed,
        ProblemCodes.UpstreamUnavailable,
        ProblemCodes.UpstreamTimeout,
    ];

    private static readonly string[] IdempotencyCodes = [ProblemCodes.IdempotencyKeyInUse, ProblemCodes.IdempotencyKeyReused];

    private readonly SortedDictionary<string, JsonObject> _responses = new(StringComparer.Ordinal);

    /// <summary>Adds the error responses of an operation to its responses.</summary>
    public void Add(JsonObject responses, ApiOperation operation)
    {
        var byStatus = GetCodes(operation).Select(ProblemTypes.Get).GroupBy(type => type.Status).OrderBy(group => group.Key);
        foreach (var status in byStatus)
        {
            var name = GetName([.. status.Select(type => type.Code)]);
            _responses.TryAdd(name, Create([.. status]));
            responses[$"{status.Key}"] = new JsonObject { ["$ref"] = $"#/components/responses/{name}" };
        }
    }

    /// <summary>Writes all error responses, ordered by name.</summary>
    public JsonObject Write()
    {
        var written = new JsonObject();
        foreach (var (name, response) in _responses)
            written[name] = response;
        return written;
    }

    private static IEnumerable<string> GetCodes(ApiOperation operation)
    {
        var hasBody = operation.Body is not null || operation.ForeignBodies.Count > 0;
        IEnumerable<string> codes =
        [
            ProblemCodes.InvalidRequest,
            .. operation.IsOpen ? [] : KeyCodes,
            .. operation.Scope is null or ApiScope.None ? Array.Empty<string>() : [ProblemCodes.ScopeMissing],
            .. operation.IsOpen ? Array.Empty<string>() : [ProblemCodes.TenantNotAllowed],
            .. operation.IsOnlyLive ? [ProblemCodes.KindNotAllowed] : Array.Empty<string>(),
            .. hasBody ? BodyCodes : [],
            .. operation.Body is not null ? JsonCodes : [],
            .. operation.IsIdempotent ? IdempotencyCodes : [],
            .. operation.Problems,
            ProblemCodes.InternalError,
            ProblemCodes.StoreUnavailable,
            .. GatewayCodes,
        ];
        // The order of the list of all problems, so that equal sets have equal names.
        var used = codes.ToHashSet(StringComparer.Ordinal);
        return ProblemTypes.All.Select(type => type.Code).Where(used.Contains);
    }

    // Every operation with a JSON body has the same set of problems with status 400, whose joined name would be long.
    private static string GetName(IReadOnlyList<string> codes) =>
        codes.Contains(ProblemCodes.InvalidJson) ? "InvalidRequestOrBody" : string.Join("Or", codes.Select(ToPascalCase));

    private JsonObject Create(IReadOnlyList<ProblemType> types)
    {
        var examples = new JsonObject();
        foreach (var type in types)
            examples[type.Code] = new JsonObject { ["summary"] = type.Title, ["value"] = CreateExample(type) };
        var response = new JsonObject
        {
            ["description"] = string.Join("\n", types.Select(type => $"- `{type.Code}`: {type.Title} {type.Fix}")),
            ["x-problem-codes"] = Schema.ToArray(types.Select(type => type.Code)),
        };
        if (types.Any(type => type.Status is 409 or 429 or 503))
            response["headers"] = new JsonObject
            {
                ["Retry-After"] = new JsonObject
                {
                    ["description"] = "The seconds after which to repeat the call.",
                    ["schema"] = new JsonObject { ["type"] = "integer" },
                },
            };
        response["content"] = new JsonObject
        {
            ["application/problem+json"] = new JsonObject
            {
                ["schema"] = schemas.Refer("Problem", CreateProblem),
                ["examples"] = examples,
            },
        };
        return response;
    }

    private static JsonObject CreateExample(ProblemType type)
    {
        var example = new JsonObject
        {
            ["type"] = $"/v1/errors/{type.Code}",
            ["title"] = type.Title,
            ["status"] = type.Status,
            ["code"] = type.Code,
        };
        if (type.Code == ProblemCodes.InvalidRequest)
            example["errors"] = new JsonArray(
                new JsonObject
                {
                    ["field"] = "to[0].email",
                    ["code"] = FieldErrorCodes.InvalidAddress,
                    ["message"] = "The address is not a valid email address.",
                }
            );
        return example;
    }

    private JsonObject CreateProblem()
    {
        var schema = Schema.Object(
            "A problem document (RFC 9457).",
            ["type", "title", "status", "code"],
            ("type", Schema.Formatted("uri-reference", "The page that documents the problem.", "/v1/errors/not_found")),
            ("title", Schema.Text("What is wrong. The same for each occurrence.")),
            ("status", Schema.Whole("The status of the response.", 400, 599)),
            (
                "code",
                Schema.Open(Schema.Text("Identifies the problem for programs."), ProblemTypes.All.Select(type => type.Code))
            ),
            ("detail", Schema.Text("What is wrong with this call, and how to correct it.").NotNull()),
            (
                "errors",
                Schema
                    .List($"The wrong fields, for {ProblemCodes.InvalidRequest}.", schemas.Refer("FieldError", CreateFieldError))
                    .NotNull()
            ),
            ("resource", Schema.Text($"The kind of resource, for {ProblemCodes.NotFound}.", "notification").NotNull()),
            ("scope", Schema.Text($"The scope that the call needs, for {ProblemCodes.ScopeMissing}.", "send").NotNull()),
            (
                "existingId",
                Schema.Formatted("uuid", $"The notification that has the key, for {ProblemCodes.IdempotencyKeyReused}.").NotNull()
            ),
            (
                "tenants",
                Schema
                    .List($"The tenants of the person, for {ProblemCodes.TenantRequired}.", Schema.Text("A tenant.", "acme"))
                    .NotNull()
            ),
            ("line", Schema.Whole($"The line of the error, for {ProblemCodes.InvalidJson}.", 1).NotNull()),
            ("position", Schema.Whole($"The byte in the line, for {ProblemCodes.InvalidJson}.", 1).NotNull())
        );
        schema["additionalProperties"] = true;
        return schema;
    }

    private static JsonObject CreateFieldError()
    {
        var schema = Schema.Object(
            "An error in a field.",
            ["field", "code", "message"],
            ("field", Schema.Text("The path of the field in the body, or the name of a parameter or header.", "to[0].email")),
            (
                "code",
                Schema.Open(
                    Schema.Text("Identifies the kind of error for programs."),
                    FieldErrorTypes.All.Select(type => type.Code)
                )
            ),
            ("message", Schema.Text("What is wrong and how to correct it."))
        );
        schema["additionalProperties"] = true;
        return schema;
    }

    private static string ToPascalCase(string code) =>
        string.Concat(code.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
