using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// A JSON converter for an enumeration to which members may be added. It writes the names that
/// <see cref="JsonStringEnumMemberNameAttribute"/> declares. A name that this version does not know, which a newer version wrote
/// into a store or an event, is read as a substitute: it must not keep an older process from reading the rest.
/// </summary>
/// <typeparam name="T">The enumeration. Each of its members has a declared name.</typeparam>
/// <param name="substitute">The member that replaces unknown ones.</param>
public abstract class TolerantEnumJsonConverter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] T>(
    T substitute
) : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> Names = typeof(T)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToFrozenDictionary(
            field => (T)field.GetValue(null)!,
            field => field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name
        );

    private static readonly FrozenDictionary<string, T> Values = Names.ToFrozenDictionary(
        pair => pair.Value,
        pair => pair.Key,
        StringComparer.Ordinal
    );

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Values.TryGetValue(reader.GetString() ?? "", out var value) ? value : substitute;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Names.TryGetValue(value, out var name) ? name : Names[substitute]);
}

/// <summary>A JSON converter that reads an unknown state as <see cref="DeliveryState.Unknown"/>.</summary>
public sealed class DeliveryStateJsonConverter() : TolerantEnumJsonConverter<DeliveryState>(DeliveryState.Unknown);

/// <summary>A JSON converter that reads an unknown priority as <see cref="Priority.Normal"/>.</summary>
public sealed class PriorityJsonConverter() : TolerantEnumJsonConverter<Priority>(Priority.Normal);
