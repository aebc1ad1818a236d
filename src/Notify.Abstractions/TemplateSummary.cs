using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>A template in a list.</summary>
public sealed record TemplateSummary
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public TemplateSummary() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="name">The name of the template.</param>
    /// <param name="version">The newest version.</param>
    [SetsRequiredMembers]
    public TemplateSummary(string name, int version)
    {
        Name = name;
        Version = version;
    }

    /// <summary>Gets the name of the template.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the newest version.</summary>
    public required int Version { get; init; }
}
