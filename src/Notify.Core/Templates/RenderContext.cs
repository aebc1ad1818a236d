using System.Globalization;
using System.Text.Encodings.Web;
using Fluid;
using Fluid.Values;
using Parlot;

namespace Notify.Core.Templates;

/// <summary>The context of rendering one text.</summary>
internal sealed class RenderContext : TemplateContext
{
    private readonly List<(string Path, TextPosition? Position)> _missing = [];

    public RenderContext(FluidValue data, RenderBudget budget, TextEncoder encoder, RenderPlace place, TimeProvider time)
        : base(data, LiquidLanguage.Options)
    {
        Budget = budget;
        Encoder = encoder;
        CultureInfo = place.Culture;
        TimeZone = place.TimeZone;
        Now = () => TimeZoneInfo.ConvertTime(time.GetUtcNow(), place.TimeZone);
        // The budget counts more strictly. This is a safeguard in case a statement is not wrapped.
        MaxSteps = budget.Limits.MaxSteps;
    }

    public RenderBudget Budget { get; }

    /// <summary>Gets the encoder of values: HTML if the text is HTML, otherwise none.</summary>
    public TextEncoder Encoder { get; }

    /// <summary>Gets or sets the position of the last evaluated expression, which is at or just before an error.</summary>
    public TextPosition? Position { get; set; }

    /// <summary>Gets the variables that the template used and the data lacks, each once.</summary>
    public IReadOnlyList<(string Path, TextPosition? Position)> Missing => _missing;

    /// <summary>Records a variable that the data lacks.</summary>
    public void RecordMissing(string path, TextPosition? position)
    {
        if (!_missing.Exists(other => other.Path == path))
            _missing.Add((path, position));
    }

    /// <summary>Casts the context that Fluid passes to a filter or a statement.</summary>
    public static RenderContext From(TemplateContext context) => (RenderContext)context;
}

/// <summary>The culture and the time zone that a text is rendered in.</summary>
internal readonly record struct RenderPlace(CultureInfo Culture, TimeZoneInfo TimeZone);
