// Unbuilt on Linux build machines without Google's Maven repository; docs/device-checklist.md says what to check first.
// The same Kotlin is compiled by `cargo xtask ci kotlin` against the framework of API 34. To build the app:
//   cargo xtask ci ui && cargo xtask bindings
//   cargo ndk -t arm64-v8a -t armeabi-v7a -t x86_64 -o field-app/android/build/jni build --release -p countersign-mobile
//   cargo xtask elf-align field-app/android/build/jni
//   gradle -p field-app/android assembleRelease
plugins {
    id("com.android.application") version "8.11.0"
    id("org.jetbrains.kotlin.android") version "2.4.21"
}

android {
    namespace = "countersign.app"
    compileSdk = 34
    defaultConfig {
        applicationId = "countersign.app"
        minSdk = 26
        targetSdk = 34
        versionCode = 1
        versionName = "0.1.0"
    }
    sourceSets.getByName("main") {
        kotlin.srcDirs("src/main/kotlin", "../../mobile-bindings/kotlin/bindings/src/main/kotlin", "../../mobile-bindings/generated/kotlin")
        jniLibs.srcDir("build/jni")
        assets.srcDir("build/assets")
    }
    buildTypes.getByName("release") {
        isMinifyEnabled = true
        proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "consumer-rules.pro")
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    lint.abortOnError = true
}

kotlin.compilerOptions {
    jvmTarget.set(org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_17)
    allWarningsAsErrors.set(true)
}

// The page, as `npm run build` left it, under the folder that the shell serves.
val pages by tasks.registering(Copy::class) {
    from("../ui/dist")
    into("build/assets/web")
}
tasks.named("preBuild") { dependsOn(pages) }

dependencies {
    implementation("net.java.dev.jna:jna:5.19.1@aar")
}
