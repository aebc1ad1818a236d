using System.Text.Json.Nodes;

namespace Notify.Hosting.OpenApi;

/// <summary>
/// Creates the schemas of request bodies (JSON Schema 2020-12, as OpenAPI 3.1 uses it). Members that are not required accept
/// null, because the API reads a null member as a missing one.
/// </summary>
internal static class Schema
{
    /// <summary>Matches texts without control characters that contain more than white space.</summary>
    private const string VisiblePattern = @"^(?=.*\S)[^\u0000-\u001F\u007F-\u009F]*$";

    private const string OpenNamePattern = "^[a-z][a-z0-9-]{0,31}$";

    public static JsonObject Text(string description, params ReadOnlySpan<string> examples) =>
        With(new JsonObject { ["type"] = "string", ["description"] = description }, examples);

    /// <summary>Creates the schema of an id or another name.</summary>
    public static JsonObject Name(string description, int maxLength, params ReadOnlySpan<string> examples) =>
        Text(description, examples).Limit(1, maxLength).Match(VisiblePattern);

    public static JsonObject Formatted(string format, string description, params ReadOnlySpan<string> examples)
    {
        var schema = Text(description, examples);
        schema["format"] = format;
        return schema;
    }

    public static JsonObject Time(string description) => Formatted("date-time", description, "2031-05-28T09:30:00Z");

    public static JsonObject Duration(string description) =>
        Text(
                $"{description} An ISO 8601 duration of days, hours, minutes and seconds, or hh:mm:ss.",
                "PT5M",
                "P1DT12H",
                "00:05:00"
            )
            .Match(
                @"^(P(?=\d|T\d)(\d{1,5}D)?(T(?=\d)(\d{1,6}H)?(\d{1,8}M)?(\d{1,9}S)?)?"
                    + @"|(\d{1,8}\.)?([01]\d|2[0-3]):[0-5]\d:[0-5]\d)$"
            );

    public static JsonObject Locale(string description) =>
        Text($"{description} A language tag (RFC 5646).", "en", "pt-BR", "zh-Hant-TW")
            .Limit(2, 35)
            .Match("^(?=.{2,35}$)[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$");

    public static JsonObject TimeZone(string description) =>
        Formatted(
            "iana-time-zone",
            $"{description} The name of an IANA time zone.",
            "Europe/Stockholm",
            "America/New_York",
            "UTC"
        );

    public static JsonObject Whole(string description, int min, int max = int.MaxValue) =>
        new()
        {
            ["type"] = "integer",
            ["format"] = "int32",
            ["description"] = description,
            ["minimum"] = min,
            ["maximum"] = max,
        };

    public static JsonObject Flag(string description) => new() { ["type"] = "boolean", ["description"] = description };

    /// <summary>Creates the schema of a set of values that this version knows completely.</summary>
    public static JsonObject Choice(string description, IEnumerable<string> values) =>
        new()
        {
            ["type"] = "string",
            ["description"] = description,
            ["enum"] = ToArray(values),
        };

    /// <summary>Creates the schema of a name to which providers and later versions add values.</summary>
    public static JsonObject OpenName(string description, IEnumerable<string> known) =>
        Open(Text(description).Match(OpenNamePattern), known);

    /// <summary>Declares the known values of a set that may be extended.</summary>
    public static JsonObject Open(JsonObject schema, IEnumerable<string> known)
    {
        string[] values = [.. known];
        schema["examples"] = ToArray(values);
        schema["x-extensible-enum"] = ToArray(values);
        return schema;
    }

    public static JsonObject List(string description, JsonObject items, int? min = null, int? max = null)
    {
        var schema = new JsonObject
        {
            ["type"] = "array",
            ["description"] = description,
            ["items"] = items,
        };
        if (min is not null)
            schema["minItems"] = min;
        if (max is not null)
            schema["maxItems"] = max;
        return schema;
    }

    /// <summary>Creates the schema of an object whose members the caller names.</summary>
    public static JsonObject Map(string description, JsonObject values, int? max = null)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["description"] = description,
            ["additionalProperties"] = Nullable(values),
        };
        if (max is not null)
            schema["maxProperties"] = max;
        return schema;
    }

    /// <summary>Creates the schema of an object of any shape.</summary>
    public static JsonObject AnyObject(string description) =>
        new()
        {
            ["type"] = "object",
            ["description"] = description,
            ["additionalProperties"] = true,
        };

    /// <summary>Creates the schema of an object that refuses unknown members.</summary>
    /// <param name="description">The description.</param>
    /// <param name="required">The names of the required members.</param>
    /// <param name="members">All members.</param>
    public static JsonObject Object(
        string description,
        string[] required,
        params ReadOnlySpan<(string Name, JsonObject Schema)> members
    )
    {
        var properties = new JsonObject();
        foreach (var (name, schema) in members)
        {
            var isNotNull = schema.Remove("x-not-null");
            properties[name] = isNotNull || required.Contains(name) ? schema : Nullable(schema);
        }

        var created = new JsonObject
        {
            ["type"] = "object",
            ["description"] = description,
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
        if (required.Length > 0)
            created["required"] = ToArray(required);
        return created;
    }

    /// <summary>Creates the schema of an object that is one of several.</summary>
    public static JsonObject Either(string description, params ReadOnlySpan<JsonObject> schemas) =>
        new() { ["description"] = description, ["oneOf"] = new JsonArray([.. schemas]) };

    public static JsonObject Limit(this JsonObject schema, int min, int max)
    {
        schema["minLength"] = min;
        schema["maxLength"] = max;
        return schema;
    }

    public static JsonObject Match(this JsonObject schema, string pattern)
    {
        schema["pattern"] = pattern;
        return schema;
    }

    /// <summary>Declares that an optional member of an object does not accept null.</summary>
    public static JsonObject NotNull(this JsonObject schema)
    {
        schema["x-not-null"] = true;
        return schema;
    }

    /// <summary>Declares that at least one of the members is required.</summary>
    /// <remarks>
    /// The choices stand within allOf, because generators of clients take those beside the properties for types of their own.
    /// </remarks>
    public static JsonObject RequireAny(this JsonObject schema, params ReadOnlySpan<string> members)
    {
        schema["allOf"] = new JsonArray { (JsonNode)Require([], "anyOf", members) };
        return schema;
    }

    /// <summary>Declares that exactly one of the members is required.</summary>
    public static JsonObject RequireOne(this JsonObject schema, params ReadOnlySpan<string> members) =>
        Require(schema, "oneOf", members);

    public static JsonArray ToArray(params IEnumerable<string> values) => [.. values.Select(value => (JsonNode)value)];

    private static JsonObject Require(JsonObject schema, string keyword, ReadOnlySpan<string> members)
    {
        var choices = new JsonArray();
        foreach (var member in members)
            choices.Add((JsonNode)new JsonObject { ["required"] = ToArray(member) });
        schema[keyword] = choices;
        return schema;
    }

    private static JsonObject With(JsonObject schema, ReadOnlySpan<string> examples)
    {
        if (examples.Length > 0)
            schema["examples"] = ToArray(examples.ToArray());
        return schema;
    }

    private static JsonObject Nullable(JsonObject schema)
    {
        if (schema["enum"] is JsonArray values)
            values.Add((JsonNode?)null);
        if (schema["type"] is JsonValue type)
        {
            schema["type"] = ToArray(type.GetValue<string>(), "null");
            return schema;
        }

        if (schema["oneOf"] is JsonArray choices)
        {
            choices.Add((JsonNode)new JsonObject { ["type"] = "null" });
            return schema;
        }

        return new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
    }
}
