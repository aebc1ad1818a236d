using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluid;
using Fluid.Values;
using Parlot;

namespace Notify.Core.Templates;

/// <summary>Turns JSON into values of the template language, level by level as the template reaches them.</summary>
internal static class DataValues
{
    public static FluidValue From(JsonElement element, string path) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => new DataObject(element, path),
            JsonValueKind.Array => new ArrayValue(new DataList(element, path)),
            JsonValueKind.String => From(element),
            JsonValueKind.Number => FromNumber(element.GetRawText()),
            JsonValueKind.True => BooleanValue.True,
            JsonValueKind.False => BooleanValue.False,
            _ => NilValue.Instance,
        };

    private static StringValue From(JsonElement text)
    {
        try
        {
            return new StringValue(text.GetString());
        }
        catch (InvalidOperationException)
        {
            // "\ud800" is JSON and yet no text: no channel can send half a surrogate pair.
            throw new RenderException("The data has a text with half a surrogate pair.");
        }
    }

    // A decimal is what the language calculates with. It stands for the number only if it writes the same digits.
    private static FluidValue FromNumber(string written) =>
        decimal.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number.ToString(CultureInfo.InvariantCulture) == written
            ? NumberValue.Create(number)
            : new WrittenNumber(written);
}

/// <summary>An object of the data. A member it lacks is a <see cref="MissingValue"/>, not nothing.</summary>
internal sealed class DataObject(JsonElement element, string path) : FluidValue
{
    // The same list is not read again for each turn of a loop that looks into it.
    private Dictionary<string, FluidValue>? _members;

    public JsonElement Element => element;

    public override FluidValues Type => FluidValues.Dictionary;

    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context)
    {
        // Fluid looks here too for a local variable that is nil or missing, and it must stay what it is.
        if (path.Length == 0 && context.GetValue(name) is var local and not UndefinedValue)
            return local;
        if (_members?.TryGetValue(name, out var known) == true)
            return known;
        if (element.TryGetProperty(name, out var member))
            return (_members ??= new(StringComparer.Ordinal))[name] = DataValues.From(member, PathTo(name));
        return name == "size" ? NumberValue.Create(element.EnumerateObject().Count()) : new MissingValue(PathTo(name), context);
    }

    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context) =>
        GetValueAsync(index.ToStringValue(), context);

    public override IEnumerable<FluidValue> Enumerate(TemplateContext context) =>
        element
            .EnumerateObject()
            .Select(member => new ArrayValue([new StringValue(member.Name), DataValues.From(member.Value, PathTo(member.Name))]));

    public override bool Equals(FluidValue other) =>
        other is DataObject data ? JsonElement.DeepEquals(element, data.Element) : other.Type == FluidValues.Empty && IsEmpty();

    public override bool ToBooleanValue() => true;

    // The language's way to ask whether an object is empty.
    public override decimal ToNumberValue() => IsEmpty() ? 0 : 1;

    public override string ToStringValue() => JsonText.Write(this);

    public override object ToObjectValue() => element;

    public override bool Equals(object? obj) => obj is FluidValue other && Equals(other);

    public override int GetHashCode() => path.GetHashCode(StringComparison.Ordinal);

    private bool IsEmpty() => !element.EnumerateObject().Any();

    private string PathTo(string name) => path.Length == 0 ? name : $"{path}.{name}";
}

/// <summary>A list of the data, read once when the template reaches it.</summary>
internal sealed class DataList(JsonElement element, string path) : IReadOnlyList<FluidValue>
{
    private FluidValue[]? _items;

    public int Count { get; } = element.GetArrayLength();

    public FluidValue this[int index] => Items[index];

    private FluidValue[] Items =>
        _items ??= [.. element.EnumerateArray().Select((item, index) => DataValues.From(item, $"{path}[{index}]"))];

    public IEnumerator<FluidValue> GetEnumerator() => Items.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// A number that no decimal writes as the data writes it: 1e400, or one of 35 digits. It stays as it was written.
/// </summary>
internal sealed class WrittenNumber(string written) : FluidValue
{
    public override FluidValues Type => FluidValues.Number;

    public override bool Equals(FluidValue other) => other is WrittenNumber number && number.ToStringValue() == written;

    public override bool ToBooleanValue() => true;

    public override decimal ToNumberValue() =>
        decimal.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new RenderException("The data has a number that is too large to calculate with.");

    public override string ToStringValue() => written;

    public override object ToObjectValue() => ToNumberValue();

    public override bool Equals(object? obj) => obj is FluidValue other && Equals(other);

    public override int GetHashCode() => written.GetHashCode(StringComparison.Ordinal);
}

/// <summary>
/// A variable that the data lacks. Testing it (<c>if</c>, <c>default</c>, a comparison with <c>nil</c>) is how a template
/// makes it optional; every other use is an error, which is noted so that one rendering names all of them.
/// </summary>
internal sealed class MissingValue(string path, TemplateContext context) : FluidValue
{
    public TextPosition? Position { get; set; }

    public override FluidValues Type => FluidValues.Nil;

    public void Note() => RenderContext.From(context).Miss(path, Position);

    public override bool IsNil() => true;

    public override bool Equals(FluidValue other) => other.IsNil() || other.Type is FluidValues.Blank or FluidValues.Empty;

    public override bool ToBooleanValue() => false;

    public override decimal ToNumberValue()
    {
        Note();
        return 0;
    }

    public override string ToStringValue()
    {
        Note();
        return "";
    }

    public override object ToObjectValue() => null!;

    public override IEnumerable<FluidValue> Enumerate(TemplateContext ignored)
    {
        Note();
        return [];
    }

    public override ValueTask WriteToAsync(TextWriter writer, TextEncoder encoder, CultureInfo cultureInfo)
    {
        Note();
        return default;
    }

    public override bool Equals(object? obj) => obj is FluidValue other && Equals(other);

    public override int GetHashCode() => path.GetHashCode(StringComparison.Ordinal);
}
