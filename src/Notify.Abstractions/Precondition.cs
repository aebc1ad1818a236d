namespace Notify;

/// <summary>A condition under which a change is made. The default has no condition.</summary>
public readonly record struct Precondition
{
    private Precondition(string? version, bool exists, bool isAbsent) =>
        (Version, MustExist, MustNotExist) = (version, exists, isAbsent);

    /// <summary>Gets the precondition that always holds.</summary>
    public static Precondition None { get; }

    /// <summary>Gets the condition that the item exists.</summary>
    public static Precondition Exists { get; } = new(null, exists: true, isAbsent: false);

    /// <summary>Gets the condition that the item does not exist.</summary>
    public static Precondition DoesNotExist { get; } = new(null, exists: false, isAbsent: true);

    /// <summary>Gets the version that the item must have; null if any version will do.</summary>
    public string? Version { get; }

    /// <summary>Gets whether the item must exist.</summary>
    public bool MustExist { get; }

    /// <summary>Gets whether the item must not exist.</summary>
    public bool MustNotExist { get; }

    /// <summary>Returns the condition that the item still has a version that was read before.</summary>
    /// <param name="version">The version.</param>
    public static Precondition HasVersion(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return new Precondition(version, exists: true, isAbsent: false);
    }

    /// <summary>Determines whether the condition holds.</summary>
    /// <param name="version">The version of the item; null if the item does not exist.</param>
    public bool Holds(string? version) =>
        (!MustExist || version is not null) && (!MustNotExist || version is null) && (Version is null || Version == version);
}
