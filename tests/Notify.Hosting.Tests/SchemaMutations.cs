using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Notify.Hosting.Tests;

/// <summary>Makes single mistakes in JSON that a schema allows.</summary>
internal static class SchemaMutations
{
    /// <summary>Creates each mistake in a copy of the body, with the path that the error must name.</summary>
    public static IEnumerable<(string Json, string Path)> Create(JsonNode body, IReadOnlyList<GeneratedValue> values)
    {
        foreach (var value in values)
        {
            foreach (var (replacement, path) in Mistakes(value))
            {
                // The body itself has no parent that could hold another value.
                if (value.Value.Parent is null)
                {
                    yield return (replacement?.ToJsonString() ?? "null", path);
                    continue;
                }

                var mistaken = Replace(body, value.Value, replacement);
                yield return (mistaken, path);
            }
        }
    }

    private static IEnumerable<(JsonNode? Replacement, string Path)> Mistakes(GeneratedValue generated)
    {
        var (value, schema, path) = generated;
        yield return (value is JsonValue ? new JsonArray(1) : 1, path);
        switch (value)
        {
            case JsonObject members when schema.TryGetProperty("properties", out _):
                var more = (JsonObject)members.DeepClone();
                more["unknownMember"] = 1;
                yield return (more, Join(path, "unknownMember"));
                foreach (var name in Names(schema).Where(members.ContainsKey))
                {
                    var fewer = (JsonObject)members.DeepClone();
                    fewer.Remove(name);
                    yield return (fewer, Join(path, name));
                }

                break;
            case JsonArray items when schema.TryGetProperty("minItems", out _) && items.Count > 0:
                yield return (new JsonArray(), path);
                break;
            case JsonValue when value.GetValueKind() == JsonValueKind.String:
                foreach (var text in WrongTexts(schema))
                    yield return (text, path);
                break;
            case JsonValue when value.GetValueKind() == JsonValueKind.Number:
                yield return (1.5, path);
                if (schema.TryGetProperty("minimum", out var minimum))
                    yield return (minimum.GetInt32() - 1L, path);
                if (schema.TryGetProperty("maximum", out var maximum))
                    yield return (maximum.GetInt32() + 1L, path);
                break;
        }

        if (
            value is JsonArray tooMany
            && schema.TryGetProperty("maxItems", out var max)
            && max.GetInt32() <= 1_000
            && tooMany.Count > 0
        )
            yield return (new JsonArray([.. Enumerable.Range(0, max.GetInt32() + 1).Select(_ => tooMany[0]?.DeepClone())]), path);
    }

    private static IEnumerable<string> WrongTexts(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out _))
            yield return "notAMember";
        if (schema.TryGetProperty("maxLength", out var max) && max.GetInt32() < 200_000)
            yield return new string('x', max.GetInt32() + 1);
        if (schema.TryGetProperty("minLength", out var min) && min.GetInt32() > 0)
            yield return "";
        if (schema.TryGetProperty("format", out var format) && format.GetString() is "date-time" or "uuid" or "email" or "uri")
            yield return "not the format";
        if (schema.TryGetProperty("pattern", out var pattern))
        {
            foreach (var text in (string[])["a\u0001b", "a\nb", "!?", "UPPER", "99"])
            {
                if (!Regex.IsMatch(text, pattern.GetString()!))
                    yield return text;
            }
        }
    }

    private static IEnumerable<string> Names(JsonElement schema) =>
        schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(name => name.GetString()!) : [];

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    // Puts the replacement into the place of the value, writes the body, and restores it.
    private static string Replace(JsonNode body, JsonNode value, JsonNode? replacement)
    {
        var parent = value.Parent!;
        if (parent is JsonObject members)
        {
            var name = value.GetPropertyName();
            members[name] = replacement;
            var written = body.ToJsonString();
            members[name] = value;
            return written;
        }

        var items = (JsonArray)parent;
        var index = value.GetElementIndex();
        items[index] = replacement;
        var text = body.ToJsonString();
        items[index] = value;
        return text;
    }
}
