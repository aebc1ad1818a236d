using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>
/// Resource limits for templates. A template that exceeds <see cref="MaxVariants"/>, <see cref="MaxSourceLength"/> or
/// <see cref="MaxNesting"/> cannot be saved. If rendering exceeds another limit, the trigger or digest fails with an error that
/// names the limit.
/// </summary>
public sealed class TemplateLimits
{
    /// <summary>Gets or sets the maximum number of variants of a template. 1 to 1,000; default 200.</summary>
    [Range(1, 1_000)]
    public int MaxVariants { get; set; } = 200;

    /// <summary>
    /// Gets or sets the maximum length of one text of a variant, in characters. 1 to 1,048,576; default 131,072.
    /// </summary>
    [Range(1, 1_048_576)]
    public int MaxSourceLength { get; set; } = 131_072;

    /// <summary>
    /// Gets or sets the maximum nesting depth of blocks (<c>if</c>, <c>for</c>, …), and likewise of expressions. 1 to 100;
    /// default 50.
    /// </summary>
    [Range(1, 100)]
    public int MaxNesting { get; set; } = 50;

    /// <summary>
    /// Gets or sets the maximum number of steps in rendering one text. Each tag, output, loop iteration and 256 characters of
    /// text processed by a filter count as one step. 1 to 10,000,000; default 100,000.
    /// </summary>
    [Range(1, 10_000_000)]
    public int MaxSteps { get; set; } = 100_000;

    /// <summary>
    /// Gets or sets the maximum length of one rendered text, or of one value within a template, in characters. 1 to 4,194,304;
    /// default 262,144.
    /// </summary>
    [Range(1, 4_194_304)]
    public int MaxOutputLength { get; set; } = 262_144;

    /// <summary>
    /// Gets or sets the maximum total length of all rendered texts of one notification, in characters. 1 to 33,554,432; default
    /// 2,097,152.
    /// </summary>
    [Range(1, 33_554_432)]
    public int MaxTotalOutputLength { get; set; } = 2_097_152;

    /// <summary>
    /// Gets or sets the maximum time for rendering one notification. 10 ms to 1 minute; default 5 seconds. A process that has
    /// just started needs much less, even on a busy machine.
    /// </summary>
    [TimeRange("00:00:00.010", "00:01:00")]
    public TimeSpan MaxRenderTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets the maximum number of versions of a template. Saving a newer version deletes the oldest. A version that an
    /// open digest needs for rendering is kept beyond this limit. 1 to 10,000; default 100.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxVersions { get; set; } = 100;
}
