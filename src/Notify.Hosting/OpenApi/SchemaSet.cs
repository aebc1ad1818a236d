using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Notify.Hosting.OpenApi;

/// <summary>The named schemas of a document. Each is created once, and referred to everywhere else.</summary>
/// <param name="limits">The limits of the application, which the schemas show.</param>
/// <param name="maxBodyBytes">The maximum size of a body.</param>
internal sealed class SchemaSet(NotificationsOptions limits, long maxBodyBytes)
{
    private readonly SortedDictionary<string, JsonObject?> _schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Type?> _types = new(StringComparer.Ordinal);

    /// <summary>Gets the limits of the application.</summary>
    public NotificationsOptions Limits => limits;

    /// <summary>Gets the maximum size of a body in bytes.</summary>
    public long MaxBodyBytes => maxBodyBytes;

    /// <summary>Returns a reference to a schema, and creates the schema the first time.</summary>
    /// <param name="name">The name.</param>
    /// <param name="create">Creates the schema.</param>
    /// <param name="type">The type that the API writes; null for a schema of what it reads.</param>
    public JsonObject Refer(string name, Func<JsonObject> create, Type? type = null)
    {
        if (!_types.TryAdd(name, type) && _types[name] != type)
            throw new InvalidOperationException($"Two schemas have the name {name}. Rename one of them.");
        // Reserves the name first, because a schema may refer to itself.
        if (_schemas.TryAdd(name, null))
            _schemas[name] = create();
        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    /// <summary>Returns a reference to the schema of what the API writes, which follows from its type.</summary>
    public JsonObject Refer(JsonTypeInfo type) => new ViewSchemas(this).Create(type);

    /// <summary>Writes all schemas, ordered by name.</summary>
    public JsonObject Write()
    {
        var written = new JsonObject();
        foreach (var (name, schema) in _schemas)
            written[name] = schema;
        return written;
    }
}
