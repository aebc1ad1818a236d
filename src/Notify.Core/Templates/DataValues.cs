using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluid;
using Fluid.Values;
using Parlot;

namespace Notify.Core.Templates;

/// <summary>Converts JSON to values of the template language, level by level as the template reaches them.</summary>
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
            // "\ud800" is valid JSON but not a valid text: no channel can send an unpaired surrogate.
            throw new RenderException("The data contains a text with an unpaired surrogate.");
        }
    }

    // The language calculates with decimals. A decimal represents the number only if it is written with the same digits.
    private static FluidValue FromNumber(string written) =>
        decimal.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number.ToString(CultureInfo.InvariantCulture) == written
            ? NumberValue.Create(number)
            : new WrittenNumber(written);
}

/// <summary>An object of the data. A member that it lacks is a <see cref="MissingValue"/> instead of nil.</summary>
internal sealed class DataObject(JsonElement element, string path) : FluidValue
{
    // Caches the members, so that a loop does not convert the same list again in each iteration.
    private Dictionary<string, FluidValue>? _members;

    public JsonElement Element => element;

    public override FluidValues Type => FluidValues.Dictionary;

    /// <summary>Adds a member, or puts another value in the place of one.</summary>
    public DataObject With(string name, FluidValue value)
    {
        (_members ??= new(StringComparer.Ordinal))[name] = value;
        return this;
    }

    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context)
    {
        // Fluid also looks here for a local variable that is nil or missing. It must stay what it is.
        if (path.Length == 0 && context.GetValue(name) is var local and not UndefinedValue)
            return local;
        if (_members?.TryGetValue(name, out var known) == true)
            return known;
        if (element.TryGetProperty(name, out var member))
            return (_members ??= new(StringComparer.Ordinal))[name] = DataValues.From(member, GetPath(name));
        return name == "size" ? NumberValue.Create(element.EnumerateObject().Count()) : new MissingValue(GetPath(name), context);
    }

    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context) =>
        GetValueAsync(index.ToStringValue(), context);

    public override IEnumerable<FluidValue> Enumerate(TemplateContext context) =>
        element
            .EnumerateObject()
            .Select(member => new ArrayValue([
                new StringValue(member.Name),
                DataValues.From(member.Value, GetPath(member.Name)),
            ]));

    public override bool Equals(FluidValue other) =>
        other is DataObject data ? JsonElement.DeepEquals(element, data.Element) : other.Type == FluidValues.Empty && IsEmpty();

    public override bool ToBooleanValue() => true;

    // The language compares an object with 0 to determine whether it is empty.
    public override decimal ToNumberValue() => IsEmpty() ? 0 : 1;

    public override string ToStringValue() => JsonText.Write(this);

    public override object ToObjectValue() => element;

    public override bool Equals(object? obj) => obj is FluidValue other && Equals(other);

    public override int GetHashCode() => path.GetHashCode(StringComparison.Ordinal);

    private bool IsEmpty() => !element.EnumerateObject().Any();

    private string GetPath(string name) => path.Length == 0 ? name : $"{path}.{name}";
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
/// A number that no decimal can represent with the digits of the data, such as 1e400 or one of 35 digits. It is kept as written.
/// </summary>
internal sealed class WrittenNumber(string written) : FluidValue
{
    public override FluidValues Type => FluidValues.Number;

    public override bool Equals(FluidValue other) => other is WrittenNumber number && number.ToStringValue() == written;

    public override bool ToBooleanValue() => true;

    public override decimal ToNumberValue() =>
        decimal.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new RenderException("The data contains a number that is too large to calculate with.");

    public override string ToStringValue() => written;

    public override object ToObjectValue() => ToNumberValue();

    public override bool Equals(object? obj) => obj is FluidValue other && Equals(other);

    public override int GetHashCode() => written.GetHashCode(StringComparison.Ordinal);
}

/// <summary>
/// A variable that the data lacks. A template makes a variable optional by testing it (<c>if</c>, <c>default</c>, a comparison
/// with <c>nil</c>). Every other use is an error, which is recorded, so that one rendering reports all of them.
/// </summary>
internal sealed class MissingValue(string path, TemplateContext context) : FluidValue
{
    public TextPosition? Position { get; set; }

    public override FluidValues Type => FluidValues.Nil;

    public void RecordUse() => RenderContext.From(context).RecordMissing(path, Position);

    public override bool IsNil() => true;

    public override bool Equals(FluidValue other) => other.IsNil() || other.Type is FluidValues.Blank or FluidValues.Empty;

    public override bool ToBooleanValue() => false;

    public override decimal ToNumberValue()
    {
        RecordUse();
        return 0;
    }

    public override string ToStringValue()
    {
        RecordUse();
        return "";
    }

    public override object ToObjectValue() => null!;

    public override IEnumerable<FluidValue> Enumerate(TemplateContext ignored)
    {
        RecordUse();
        return [];
    }

    public override ValueTask WriteToAsync(TextWriter writer, TextEncoder encoder, CultureInfo cultureInfo)
    {
        RecordUse();
        return default;
    }

    public override bool Equals(object? obj) => obj is FluidValue other && Equals(other);

    public override int GetHashCode() => path.GetHashCode(StringComparison.Ordinal);
}
