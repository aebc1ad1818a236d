using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Notify.Hosting.Tests;

/// <summary>Creates JSON that a schema allows. The same random numbers give the same JSON.</summary>
/// <param name="document">The document with the schemas.</param>
/// <param name="random">The source of random numbers.</param>
/// <param name="rarity">One of so many optional members is created.</param>
internal sealed class SchemaGenerator(OpenApiDocument document, Random random, int rarity)
{
    private static readonly string[] Pieces =
    [
        "a",
        "Z",
        "9",
        " ",
        "é",
        "ß",
        "中",
        "😀",
        "\"",
        "\\",
        "<b>",
        "'",
        "-",
        "\u200b",
        "%2F",
    ];

    /// <summary>Gets every value that was created, with its schema and its place.</summary>
    public List<GeneratedValue> Values { get; } = [];

    /// <summary>Creates a value. Returns null for JSON null, and false if the schema gives no example to use.</summary>
    public bool TryCreate(JsonElement declared, string path, out JsonNode? created)
    {
        var schema = document.Resolve(declared);
        var found = TryCreateCore(schema, path, out created);
        if (found && created is not null)
            Values.Add(new GeneratedValue(created, schema, path));
        return found;
    }

    private bool TryCreateCore(JsonElement schema, string path, out JsonNode? created)
    {
        created = null;
        if (FindChoices(schema) is { Length: > 0 } choices)
            return TryCreate(choices[random.Next(choices.Length)], path, out created);
        if (schema.TryGetProperty("enum", out var values))
        {
            created = JsonNode.Parse(Pick(values).GetRawText());
            return true;
        }

        switch (GetType(schema))
        {
            case "object":
                created = CreateObject(schema, path);
                return true;
            case "array":
                created = CreateArray(schema, path);
                return true;
            case "string":
                created = CreateText(schema) is { } text ? JsonValue.Create(text) : null;
                return created is not null;
            case "integer":
                created = JsonValue.Create(CreateNumber(schema));
                return true;
            case "boolean":
                created = JsonValue.Create(random.Next(2) == 0);
                return true;
            case "null":
                return true;
            default:
                created = JsonValue.Create("anything");
                return true;
        }
    }

    // The choices of an object that only require members are no alternatives of the value itself.
    private static JsonElement[] FindChoices(JsonElement schema)
    {
        foreach (var keyword in (string[])["oneOf", "anyOf"])
        {
            if (schema.TryGetProperty(keyword, out var choices) && !choices[0].TryGetProperty("required", out _))
                return [.. choices.EnumerateArray()];
        }

        return [];
    }

    private string? GetType(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
            return null;
        if (type.ValueKind == JsonValueKind.String)
            return type.GetString();
        return random.Next(8) == 0 ? "null" : type[0].GetString();
    }

    private JsonObject CreateObject(JsonElement schema, string path)
    {
        if (!schema.TryGetProperty("properties", out var properties))
            return CreateMap(schema, path);

        var chosen = ChooseMembers(schema, properties);
        var created = new JsonObject();
        foreach (var property in properties.EnumerateObject().Where(property => chosen.Contains(property.Name)))
        {
            if (TryCreate(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", out var value))
                created[property.Name] = value;
        }

        return created;
    }

    private HashSet<string> ChooseMembers(JsonElement schema, JsonElement properties)
    {
        var required = ReadNames(schema, "required");
        HashSet<string> chosen =
        [
            .. required,
            .. properties.EnumerateObject().Select(property => property.Name).Where(_ => random.Next(rarity) == 0),
        ];
        JsonElement[] parts = schema.TryGetProperty("allOf", out var all) ? [schema, .. all.EnumerateArray()] : [schema];
        foreach (
            var (part, keyword) in parts.SelectMany(part => ((string[])["oneOf", "anyOf"]).Select(keyword => (part, keyword)))
        )
        {
            if (!part.TryGetProperty(keyword, out var choices) || !choices[0].TryGetProperty("required", out _))
                continue;

            if (keyword == "oneOf")
                chosen.ExceptWith(choices.EnumerateArray().SelectMany(choice => ReadNames(choice, "required")));
            chosen.UnionWith(ReadNames(choices[random.Next(choices.GetArrayLength())], "required"));
        }

        if (schema.TryGetProperty("dependentRequired", out var dependent))
        {
            foreach (var member in dependent.EnumerateObject().Where(member => chosen.Contains(member.Name)))
                chosen.UnionWith(member.Value.EnumerateArray().Select(name => name.GetString()!));
        }

        return chosen;
    }

    private JsonObject CreateMap(JsonElement schema, string path)
    {
        if (schema.TryGetProperty("examples", out var examples))
            return JsonNode.Parse(Pick(examples).GetRawText())!.AsObject();

        var created = new JsonObject();
        var values = schema.GetProperty("additionalProperties");
        for (var i = random.Next(3); i > 0; i--)
        {
            var name = $"x-key-{i}";
            if (values.ValueKind == JsonValueKind.True)
                created[name] = CreateAnything(2);
            else if (TryCreate(values, $"{path}.{name}", out var value))
                created[name] = value;
        }

        return created;
    }

    private JsonNode? CreateAnything(int levels) =>
        random.Next(levels > 0 ? 7 : 5) switch
        {
            0 => null,
            1 => random.Next(),
            2 => random.NextDouble(),
            3 => random.Next(2) == 0,
            4 => CreateFreeText(12),
            5 => new JsonArray(CreateAnything(levels - 1), CreateAnything(levels - 1)),
            _ => new JsonObject { ["a"] = CreateAnything(levels - 1), [CreateFreeText(3)] = CreateAnything(levels - 1) },
        };

    private JsonArray CreateArray(JsonElement schema, string path)
    {
        var (min, max) = (Read(schema, "minItems", 0), Read(schema, "maxItems", int.MaxValue));
        var created = new JsonArray();
        for (var i = random.Next(min, Math.Min(max, min + 3) + 1); i > 0; i--)
        {
            if (TryCreate(schema.GetProperty("items"), $"{path}[{created.Count}]", out var item))
                created.Add(item);
        }

        return created;
    }

    private string? CreateText(JsonElement schema)
    {
        var format = schema.TryGetProperty("format", out var named) ? named.GetString() : null;
        if (format == "date-time")
            return DateTimeOffset
                .UtcNow.AddMinutes(random.Next(60, 100_000))
                .ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

        if (format == "date-time-local")
            return DateTime.UtcNow.AddDays(random.Next(2, 60)).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        var examples = schema.TryGetProperty("examples", out var listed) ? listed : default;
        if (format is not null || schema.TryGetProperty("x-extensible-enum", out _))
            return examples.ValueKind == JsonValueKind.Array ? Pick(examples).GetString() : null;

        var max = Read(schema, "maxLength", int.MaxValue);
        var text = random.Next(10) == 0 && max <= 2_000 ? new string('x', max) : CreateFreeText(Math.Min(max, 40));
        return !schema.TryGetProperty("pattern", out var pattern) || Regex.IsMatch(text, pattern.GetString()!)
            ? text
            : Pick(examples).GetString();
    }

    // The first character is visible, because many texts must not be blank.
    private string CreateFreeText(int maxLength)
    {
        var text = new StringBuilder("t");
        for (var i = random.Next(12); i > 0; i--)
        {
            var piece = Pieces[random.Next(Pieces.Length)];
            if (text.Length + piece.Length < maxLength)
                text.Append(piece);
        }

        return text.Append(maxLength > 1 ? "t" : "").ToString();
    }

    private int CreateNumber(JsonElement schema)
    {
        var (min, max) = (Read(schema, "minimum", 0), Read(schema, "maximum", int.MaxValue));
        return random.Next(4) switch
        {
            0 => min,
            1 => max,
            _ => (int)random.NextInt64(min, Math.Min(max, min + 100L) + 1),
        };
    }

    private JsonElement Pick(JsonElement array) => array[random.Next(array.GetArrayLength())];

    private static int Read(JsonElement schema, string keyword, int absent) =>
        schema.TryGetProperty(keyword, out var value) ? value.GetInt32() : absent;

    private static IEnumerable<string> ReadNames(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];
}

/// <summary>A value within a generated body.</summary>
/// <param name="Value">The value.</param>
/// <param name="Schema">The schema that it was created from.</param>
/// <param name="Path">The path, as errors name it; empty for the body.</param>
internal sealed record GeneratedValue(JsonNode Value, JsonElement Schema, string Path);
