using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Notify.Transport.Kafka;

/// <summary>
/// Lets Confluent.Kafka use the system's librdkafka where the package's own is absent: distributions install it by its versioned
/// name only, and so they do with the loader's library that Confluent.Kafka asks for.
/// </summary>
internal static class SystemLibraries
{
    private static readonly Lock Once = new();
    private static bool _searched;

    public static void LetBeFound()
    {
        lock (Once)
        {
            if (_searched)
                return;

            _searched = true;
            try
            {
                NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Find);
            }
            catch (InvalidOperationException)
            {
                // The application has set a resolver of its own, which knows better.
            }
        }
    }

    private static nint Find(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (NativeLibrary.TryLoad(name, assembly, path, out var packaged))
            return packaged;

        foreach (var versioned in VersionedNamesOf(name))
        {
            if (NativeLibrary.TryLoad(versioned, out var system))
                return system;
        }

        return 0;
    }

    private static string[] VersionedNamesOf(string name) =>
        name switch
        {
            "librdkafka" => ["librdkafka.so.1", "librdkafka.1.dylib"],
            "libdl" => ["libdl.so.2"],
            _ => [],
        };
}
