using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Notify.Hosting.OpenApi;

/// <summary>
/// Creates the schemas of responses from the types that are serialized, so that a new member needs no second place. A member that
/// may be null is optional, because the API omits members that are null. <see cref="DescriptionAttribute"/> describes a member.
/// </summary>
internal sealed class ViewSchemas(SchemaSet schemas)
{
    private const string Suffix = "View";

    public JsonObject Create(JsonTypeInfo type) => Create(type.Type, type.Options);

    private JsonObject Create(Type declared, JsonSerializerOptions options)
    {
        var type = System.Nullable.GetUnderlyingType(declared) ?? declared;
        if (CreateValue(type) is { } value)
            return value;

        var info = options.GetTypeInfo(type);
        if (type.IsEnum)
            return CreateEnum(type, info);
        return info.Kind switch
        {
            JsonTypeInfoKind.Enumerable => new() { ["type"] = "array", ["items"] = Create(info.ElementType!, options) },
            JsonTypeInfoKind.Dictionary => new()
            {
                ["type"] = "object",
                ["additionalProperties"] = Create(info.ElementType!, options),
            },
            JsonTypeInfoKind.Object => schemas.Refer(GetName(type), () => CreateObject(info), type),
            _ => throw new InvalidOperationException($"{type} has no schema. Add it to {nameof(ViewSchemas)}."),
        };
    }

    private static JsonObject? CreateValue(Type type) =>
        type switch
        {
            _ when type == typeof(string) => new() { ["type"] = "string" },
            _ when type == typeof(bool) => new() { ["type"] = "boolean" },
            _ when type == typeof(int) => new() { ["type"] = "integer", ["format"] = "int32" },
            _ when type == typeof(long) => new() { ["type"] = "integer", ["format"] = "int64" },
            _ when type == typeof(double) || type == typeof(decimal) => new() { ["type"] = "number" },
            _ when type == typeof(Guid) => new() { ["type"] = "string", ["format"] = "uuid" },
            _ when type == typeof(DateTimeOffset) => new() { ["type"] = "string", ["format"] = "date-time" },
            _ when type == typeof(DateTime) => new()
            {
                ["type"] = "string",
                ["description"] = "A time without an offset, which applies in the recipient's time zone.",
            },
            _ when type == typeof(TimeOnly) => new() { ["type"] = "string", ["description"] = "A time of day." },
            _ when type == typeof(JsonElement) => [],
            _ when type == typeof(Channel) => KnownNames.Channel(),
            _ when type == typeof(Platform) => KnownNames.Platform(),
            _ when type == typeof(ReceiptKind) => KnownNames.ReceiptKind(),
            _ when type == typeof(PreferenceSource) => KnownNames.PreferenceSource(),
            _ => null,
        };

    // Later versions may add values, so the known ones are no closed enum.
    private static JsonObject CreateEnum(Type type, JsonTypeInfo info) =>
        Schema.Open(
            new JsonObject { ["type"] = "string" },
            Enum.GetValuesAsUnderlyingType(type)
                .Cast<object>()
                .Select(value => JsonSerializer.SerializeToElement(Enum.ToObject(type, value), info).GetString()!)
                .Distinct()
        );

    private JsonObject CreateObject(JsonTypeInfo info)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in info.Properties)
        {
            if (property.Get is null)
                continue;

            var schema = Create(property.PropertyType, info.Options);
            if (Describe(property.AttributeProvider) is { } description)
                schema["description"] = description;
            properties[property.Name] = schema;
            if (!CanBeOmitted(property))
                required.Add((JsonNode)property.Name);
        }

        var created = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
            created["required"] = required;
        if (Describe(info.Type) is { } text)
            created["description"] = text;
        return created;
    }

    private static bool CanBeOmitted(JsonPropertyInfo property) =>
        property.IsGetNullable || System.Nullable.GetUnderlyingType(property.PropertyType) is not null;

    private static string? Describe(ICustomAttributeProvider? member) =>
        member?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false) is [DescriptionAttribute description]
            ? description.Description
            : null;

    private static string GetName(Type type) =>
        type.Name.EndsWith(Suffix, StringComparison.Ordinal) ? type.Name[..^Suffix.Length] : type.Name;
}
