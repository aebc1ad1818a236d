namespace Notify;

/// <summary>Describes a field that is valid but probably has no effect.</summary>
public sealed record FieldWarning
{
    /// <summary>
    /// The code for an address, a preference or a variant of a template whose channel no provider of the application serves:
    /// <c>no_channel</c>.
    /// </summary>
    public const string NoChannel = "no_channel";

    /// <summary>Gets the path of the field, as in <c>addresses.fax</c>.</summary>
    public required string Field { get; init; }

    /// <summary>Gets the code of the warning, for programs. Codes may be added.</summary>
    public required string Code { get; init; }

    /// <summary>Gets a description for a person.</summary>
    public required string Message { get; init; }
}
