using System.Reflection;

namespace Notify.Load.Hosts;

/// <summary>Paths that the build has written into the assembly.</summary>
internal static class BuildMetadata
{
    public static string Get(string key) =>
        typeof(BuildMetadata)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key)
            .Value!;
}
