using System.Globalization;
using System.Text.Encodings.Web;
using Fluid;
using Fluid.Values;
using Parlot;

namespace Notify.Core.Templates;

/// <summary>The context of rendering one text.</summary>
internal sealed class RenderContext : TemplateContext
{
    private readonly List<(string Path, TextPosition? Position, string? Part)> _missing = [];
    private readonly FluidValue _data;
    private readonly RenderPlace _place;
    private readonly TimeProvider _time;
    private readonly RenderContext? _outer;
    private readonly string? _part;

    public RenderContext(
        FluidValue data,
        RenderBudget budget,
        TextEncoder encoder,
        RenderPlace place,
        TimeProvider time,
        IReadOnlyDictionary<string, ParsedText> parts
    )
        : base(data, LiquidLanguage.Options)
    {
        (_data, _place, _time, Parts) = (data, place, time, parts);
        Budget = budget;
        Encoder = encoder;
        CultureInfo = place.Culture;
        TimeZone = place.TimeZone;
        Now = () => TimeZoneInfo.ConvertTime(time.GetUtcNow(), place.TimeZone);
        // The budget counts more strictly. This is a safeguard in case a statement is not wrapped.
        MaxSteps = budget.Limits.MaxSteps;
    }

    /// <summary>Initializes the context of a text that another one renders.</summary>
    /// <param name="outer">The context of the other text.</param>
    /// <param name="part">The name of the template.</param>
    public RenderContext(RenderContext outer, string part)
        : this(outer._data, outer.Budget, outer.Encoder, outer._place, outer._time, outer.Parts) =>
        (_outer, _part) = (outer, part);

    /// <summary>Gets the texts that can be rendered by name.</summary>
    public IReadOnlyDictionary<string, ParsedText> Parts { get; }

    public RenderBudget Budget { get; }

    /// <summary>Gets the encoder of values: HTML if the text is HTML, otherwise none.</summary>
    public TextEncoder Encoder { get; }

    /// <summary>Gets or sets the position of the last evaluated expression, which is at or just before an error.</summary>
    public TextPosition? Position { get; set; }

    /// <summary>Gets the variables that the template used and the data lacks, each once.</summary>
    public IReadOnlyList<(string Path, TextPosition? Position, string? Part)> Missing => _missing;

    /// <summary>Records a variable that the data lacks.</summary>
    public void RecordMissing(string path, TextPosition? position) => RecordMissing(path, position, _part);

    /// <summary>Describes an error in the text of a template that another one renders.</summary>
    public RenderException Describe(string message) =>
        new(
            Position is { } at
                ? $"In the template '{_part}', line {at.Line}, column {at.Column}: {message}"
                : $"In the template '{_part}': {message}"
        );

    private void RecordMissing(string path, TextPosition? position, string? part)
    {
        if (_outer is not null)
            _outer.RecordMissing(path, position, part);
        else if (!_missing.Exists(other => other.Path == path))
            _missing.Add((path, position, part));
    }

    /// <summary>Casts the context that Fluid passes to a filter or a statement.</summary>
    public static RenderContext From(TemplateContext context) => (RenderContext)context;
}

/// <summary>The culture and the time zone that a text is rendered in.</summary>
internal readonly record struct RenderPlace(CultureInfo Culture, TimeZoneInfo TimeZone);
