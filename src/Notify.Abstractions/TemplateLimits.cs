using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>
/// What a template may cost. A template beyond <see cref="MaxVariants"/>, <see cref="MaxSourceLength"/> or <see
/// cref="MaxNesting"/> cannot be saved. One that exceeds another limit while it renders fails its trigger or digest with an
/// error that names the limit.
/// </summary>
public sealed class TemplateLimits
{
    /// <summary>Gets or sets how many variants a template may have. 1 to 1,000; default 200.</summary>
    [Range(1, 1_000)]
    public int MaxVariants { get; set; } = 200;

    /// <summary>Gets or sets how many characters one text of a variant may have. 1 to 1,048,576; default 131,072.</summary>
    [Range(1, 1_048_576)]
    public int MaxSourceLength { get; set; } = 131_072;

    /// <summary>
    /// Gets or sets how deep blocks (<c>if</c>, <c>for</c>, …) may be nested, and likewise how deep an expression may be.
    /// 1 to 100; default 50.
    /// </summary>
    [Range(1, 100)]
    public int MaxNesting { get; set; } = 50;

    /// <summary>
    /// Gets or sets how many steps the rendering of one text may take. A tag, an output, a turn of a loop and 256 characters
    /// of text that a filter works on are a step each. 1 to 10,000,000; default 100,000.
    /// </summary>
    [Range(1, 10_000_000)]
    public int MaxSteps { get; set; } = 100_000;

    /// <summary>
    /// Gets or sets how many characters one rendered text, or one value within a template, may have. 1 to 4,194,304; default
    /// 262,144.
    /// </summary>
    [Range(1, 4_194_304)]
    public int MaxOutputLength { get; set; } = 262_144;

    /// <summary>
    /// Gets or sets how many characters all rendered texts of one notification may have together. 1 to 33,554,432; default
    /// 2,097,152.
    /// </summary>
    [Range(1, 33_554_432)]
    public int MaxTotalOutputLength { get; set; } = 2_097_152;

    /// <summary>Gets or sets how long the rendering of one notification may take. 10 ms to 1 minute; default 2 seconds.</summary>
    [TimeRange("00:00:00.010", "00:01:00")]
    public TimeSpan MaxRenderTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets how many versions of a template are kept; saving a newer one deletes the oldest. A version that an open
    /// digest will be rendered with is kept beyond that. 1 to 10,000; default 100.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxVersions { get; set; } = 100;
}
