using System.Globalization;
using System.Text.Encodings.Web;
using Fluid;
using Fluid.Values;
using Parlot;

namespace Notify.Core.Templates;

/// <summary>The rendering of one text.</summary>
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
        // The budget counts more strictly; this holds should a kind of statement ever escape it.
        MaxSteps = budget.Limits.MaxSteps;
    }

    public RenderBudget Budget { get; }

    /// <summary>What encodes values: HTML where the text is HTML, nothing elsewhere.</summary>
    public TextEncoder Encoder { get; }

    /// <summary>The expression that was evaluated last: where an error is, or just behind it.</summary>
    public TextPosition? Position { get; set; }

    /// <summary>The variables that the template used and the data lacks, each once.</summary>
    public IReadOnlyList<(string Path, TextPosition? Position)> Missing => _missing;

    public void Miss(string path, TextPosition? position)
    {
        if (!_missing.Exists(other => other.Path == path))
            _missing.Add((path, position));
    }

    /// <summary>The data of a filter's or a statement's context.</summary>
    public static RenderContext From(TemplateContext context) => (RenderContext)context;
}

/// <summary>Whose dates and numbers a text shows.</summary>
internal readonly record struct RenderPlace(CultureInfo Culture, TimeZoneInfo TimeZone);
