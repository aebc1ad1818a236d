using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Notify.Hosting.Tests;

/// <summary>The OpenAPI document of an application, and a validator of JSON against its schemas.</summary>
internal sealed class OpenApiDocument(JsonElement root)
{
    private const string Reference = "#/components/schemas/";

    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    private readonly Dictionary<string, JsonSchema> _compiled = new(StringComparer.Ordinal);

    public JsonElement Root => root;

    public JsonElement Schemas => root.GetProperty("components").GetProperty("schemas");

    public IReadOnlyList<OpenApiOperation> Operations { get; } =
    [
        .. root.GetProperty("paths")
            .EnumerateObject()
            .SelectMany(path =>
                path.Value.EnumerateObject()
                    .Where(member => Methods.Contains(member.Name))
                    .Select(member => new OpenApiOperation(member.Name.ToUpperInvariant(), path.Name, member.Value))
            ),
    ];

    public static async Task<OpenApiDocument> ReadAsync(ApiApplication app, string prefix = "") =>
        new(await app.CallAsync("GET", $"{prefix}/openapi/v1.json"));

    /// <summary>Follows a reference, if the schema is one.</summary>
    public JsonElement Resolve(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$ref", out var reference)
            ? Schemas.GetProperty(reference.GetString()![Reference.Length..])
            : schema;

    /// <summary>Returns whether a value matches a schema.</summary>
    public bool Allows(JsonElement schema, JsonElement value) => GetCompiled(schema).Evaluate(value).IsValid;

    /// <summary>Lists where a value does not match a schema; empty if it does.</summary>
    public IReadOnlyList<string> FindErrors(JsonElement schema, JsonElement value)
    {
        var results = GetCompiled(schema).Evaluate(value, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid
            ? []
            :
            [
                .. (results.Details ?? [])
                    .Where(detail => detail.Errors is { Count: > 0 })
                    .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}")),
                "invalid",
            ];
    }

    private JsonSchema GetCompiled(JsonElement schema)
    {
        var key = schema.GetRawText();
        return _compiled.TryGetValue(key, out var compiled) ? compiled : _compiled[key] = Compile(schema);
    }

    // The validator resolves references only to definitions, which are elsewhere in an OpenAPI document, and refuses extensions.
    private JsonSchema Compile(JsonElement schema)
    {
        var whole = JsonNode.Parse(schema.GetRawText())!.AsObject();
        whole["$defs"] = JsonNode.Parse(Schemas.GetRawText());
        RemoveExtensions(whole);
        return JsonSchema.FromText(whole.ToJsonString().Replace(Reference, "#/$defs/", StringComparison.Ordinal));
    }

    private static void RemoveExtensions(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
                RemoveExtensions(item);
        }

        if (node is not JsonObject members)
            return;
        foreach (var name in members.Select(member => member.Key).ToArray())
        {
            if (name.StartsWith("x-", StringComparison.Ordinal))
                members.Remove(name);
            else
                RemoveExtensions(members[name]);
        }
    }
}

/// <summary>An operation in the document.</summary>
internal sealed record OpenApiOperation(string Method, string Path, JsonElement Value)
{
    public string Id => Value.GetProperty("operationId").GetString()!;

    public IEnumerable<JsonElement> Parameters =>
        Value.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : [];

    /// <summary>Gets the schema of the JSON body; null if the operation has none.</summary>
    public JsonElement? Body => FindJson("requestBody")?.GetProperty("schema");

    /// <summary>Gets the example of the JSON body.</summary>
    public JsonElement BodyExample => FindJson("requestBody")!.Value.GetProperty("example");

    /// <summary>Gets the schema of a JSON response; null if the document has none.</summary>
    public JsonElement? FindResponse(int status) =>
        Value.GetProperty("responses").TryGetProperty($"{status}", out var response)
            ? FindJson(response)?.GetProperty("schema")
            : null;

    public override string ToString() => $"{Method} {Path}";

    private JsonElement? FindJson(string member) => Value.TryGetProperty(member, out var found) ? FindJson(found) : null;

    private static JsonElement? FindJson(JsonElement container) =>
        container.TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out var json)
            ? json
            : null;
}
